package tocsin.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** The arrows of docs/architecture.md. A pom already forbids most wrong ones; this forbids the rest. */
@AnalyzeClasses(
        packages = "tocsin",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    private static final String[] CORE = {
        "tocsin.label..",
        "tocsin.signal..",
        "tocsin.rule..",
        "tocsin.alert..",
        "tocsin.notify..",
        "tocsin.incident..",
        "tocsin.workflow..",
        "tocsin.access.."
    };
    private static final String[] ADAPTERS = {
        "tocsin.engine..",
        "tocsin.drools..",
        "tocsin.flowable..",
        "tocsin.step..",
        "tocsin.timescale..",
        "tocsin.ingest..",
        "tocsin.notifiers.."
    };

    @ArchTest
    static final ArchRule noCycles = slices().matching("tocsin.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreKnowsNobody = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(concat(CORE, "java..", "org.jspecify.."));

    @ArchTest
    static final ArchRule nobodyKnowsTheWeb = noClasses()
            .that()
            .resideInAnyPackage(concat(CORE, ADAPTERS))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tocsin.web..");

    @ArchTest
    static final ArchRule enginesKeepToThemselves = siblings("tocsin.engine..");

    @ArchTest
    static final ArchRule rulesKeepToThemselves = siblings("tocsin.drools..");

    @ArchTest
    static final ArchRule workflowsKeepToThemselves = siblings("tocsin.flowable..", "tocsin.step..");

    @ArchTest
    static final ArchRule storageKeepsToItself = siblings("tocsin.timescale..");

    @ArchTest
    static final ArchRule ingestKeepsToItself = siblings("tocsin.ingest..");

    @ArchTest
    static final ArchRule notifiersKeepToThemselves = siblings("tocsin.notifiers..");

    @ArchTest
    static final ArchRule droolsOnlyInRules = only("tocsin.drools..", "org.drools..", "org.kie..");

    @ArchTest
    static final ArchRule flowableOnlyInWorkflows = noClasses()
            .that()
            .resideOutsideOfPackages("tocsin.flowable..", "tocsin.step..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.flowable..");

    @ArchTest
    static final ArchRule persistenceOnlyInStorage = only(
            "tocsin.timescale..",
            "jakarta.persistence..",
            "org.hibernate..",
            "org.postgresql..",
            "org.flywaydb..",
            "org.springframework.jdbc..",
            "org.springframework.orm..");

    @ArchTest
    static final ArchRule mvcOnlyInWeb = only("tocsin.web..", "org.springframework.web..", "jakarta.servlet..");

    @ArchTest
    static final ArchRule vendorsOnlyInNotifiers =
            only("tocsin.notifiers..", "com.slack..", "com.twilio..", "jakarta.mail..", "org.eclipse.angus..");

    @ArchTest
    static final ArchRule wireFormatsOnlyInIngest =
            only("tocsin.ingest..", "com.google.protobuf..", "org.xerial.snappy..", "oshi..");

    @ArchTest
    static final ArchRule nullnessIsSaid = ArchRuleDefinition.classes()
            .that()
            .resideInAPackage("tocsin..")
            .should(new ArchCondition<JavaClass>("live in a @NullMarked package") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                        events.add(SimpleConditionEvent.violated(
                                type, type.getPackageName() + " has no @NullMarked package-info.java"));
                    }
                }
            });

    /** The contracts of core's ports come as a jar of tests. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static ArchRule only(String module, String... framework) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(framework);
    }

    private static ArchRule siblings(String... own) {
        var others = Arrays.stream(ADAPTERS)
                .filter(adapter -> !List.of(own).contains(adapter))
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAnyPackage(own)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }

    private static String[] concat(String[] some, String... more) {
        var all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }
}
