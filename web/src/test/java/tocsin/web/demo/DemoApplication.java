package tocsin.web.demo;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.env.Environment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import tocsin.access.Account;
import tocsin.access.Role;
import tocsin.notify.Notifier;
import tocsin.web.overview.SelfStatus;
import tocsin.web.page.PageController;

/**
 * All pages on made-up data. Sign in as {@code admin}, {@code robin} (responder) or {@code vic} (viewer), each with the
 * password {@value #PASSWORD}. With {@code --demo.empty=true} nothing has happened yet.
 *
 * <p>Not annotated as a configuration, so that a scan of the product's packages never finds it.
 */
@EnableAutoConfiguration(
        excludeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration"
        })
@ComponentScan(
        basePackages = "tocsin.web",
        useDefaultFilters = false,
        includeFilters = {
            @Filter(PageController.class),
            @Filter(
                    type = FilterType.REGEX,
                    pattern = "tocsin\\.web\\.(page\\.(Show|Standing|Viewer|PageErrors)|overview\\.FirstSteps"
                            + "|live\\.LiveEvents|channel\\.ChannelTester|access\\.(Tokens|Accounts))")
        })
public class DemoApplication {
    public static final String PASSWORD = "made-up-password";

    private static final String CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self';"
            + " object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void main(String... arguments) {
        start(arguments);
    }

    /** Start on the port that {@code --server.port} names, 0 for any. */
    public static ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(DemoApplication.class)
                .properties(Map.of(
                        "spring.config.name", "demo",
                        "spring.thymeleaf.servlet.produce-partial-output-while-processing", "false",
                        "spring.web.resources.chain.strategy.content.enabled", "true",
                        "spring.web.resources.chain.strategy.content.paths", "/assets/**"))
                .run(arguments);
    }

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    boolean demoEmpty(Environment environment) {
        return environment.getProperty("demo.empty", Boolean.class, false);
    }

    @Bean
    DemoSeries series(InstantSource clock, boolean demoEmpty) {
        return new DemoSeries(clock, demoEmpty);
    }

    @Bean(destroyMethod = "")
    DemoLog log(InstantSource clock, boolean demoEmpty) {
        return new DemoLog(clock, demoEmpty);
    }

    @Bean
    DemoAlerts alerts(InstantSource clock) {
        return new DemoAlerts(clock);
    }

    @Bean
    DemoRules rules(DemoSeries series, InstantSource clock) {
        return new DemoRules(series, clock);
    }

    @Bean
    DemoNotify channels() {
        return new DemoNotify();
    }

    @Bean
    DemoWorkflows workflows(boolean demoEmpty) {
        return new DemoWorkflows(demoEmpty);
    }

    @Bean
    DemoIncidents incidents() {
        return new DemoIncidents();
    }

    @Bean
    List<Notifier> notifiers() {
        return DemoNotify.notifiers();
    }

    @Bean
    DemoAccess access(InstantSource clock, PasswordEncoder encoder) {
        var access = new DemoAccess(clock);
        String hash = encoder.encode(PASSWORD);
        access.save(new Account("admin", hash, Role.ADMIN, true), "start");
        access.save(new Account("robin", hash, Role.RESPONDER, true), "admin");
        access.save(new Account("vic", hash, Role.VIEWER, true), "admin");
        return access;
    }

    @Bean
    SelfStatus selfStatus(boolean demoEmpty) {
        return () -> List.of(
                new SelfStatus.Item("Database", SelfStatus.State.OK, "PostgreSQL 18.6, embedded; answers in 2 ms."),
                new SelfStatus.Item("Log", SelfStatus.State.OK, "1.2 GiB on disk, synced every 50 ms."),
                demoEmpty
                        ? new SelfStatus.Item("Storage lag", SelfStatus.State.OK, "Everything that came in is stored.")
                        : new SelfStatus.Item(
                                "Storage lag", SelfStatus.State.DEGRADED, "12 s behind; rules are not affected."),
                new SelfStatus.Item("Deliveries", SelfStatus.State.OK, "Nothing is waiting."),
                new SelfStatus.Item("Sources", SelfStatus.State.OK, "Host, Tocsin itself and remote write report."));
    }

    @Bean
    DemoStory story(
            DemoSeries series,
            DemoAlerts alerts,
            DemoRules rules,
            DemoNotify notify,
            DemoWorkflows workflows,
            DemoIncidents incidents,
            DemoAccess access,
            InstantSource clock,
            boolean demoEmpty) {
        var story = new DemoStory(series, alerts, rules, notify, workflows, incidents, access, clock);
        if (!demoEmpty) {
            story.tell();
        }
        return story;
    }

    @Bean
    PasswordEncoder passwordEncoder() {
        return PasswordEncoderFactories.createDelegatingPasswordEncoder();
    }

    @Bean
    UserDetailsService accounts(DemoAccess access) {
        return name -> access.account(name)
                .map(account -> User.withUsername(account.name())
                        .password(account.passwordHash())
                        .roles(account.role().name())
                        .build())
                .orElseThrow(() -> new UsernameNotFoundException(name));
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        http.authorizeHttpRequests(requests -> {
            requests.requestMatchers("/assets/**", "/login", "/error").permitAll();
            requests.anyRequest().authenticated();
        });
        http.formLogin(form -> form.loginPage("/login").defaultSuccessUrl("/").failureUrl("/login?error"));
        http.logout(logout -> logout.logoutSuccessUrl("/login?signed-out"));
        http.headers(
                headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY)));
        return http.build();
    }
}
