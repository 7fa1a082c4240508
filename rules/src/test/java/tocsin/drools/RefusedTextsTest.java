package tocsin.drools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.rule.Problem;

/** What an author or an attacker is told, and where. Nothing here may ever run. */
class RefusedTextsTest {
    private final DroolsRuleEngine engine = new DroolsRuleEngine();

    private List<String> problems(String text) {
        var compilation = engine.compile(text);
        assertThat(compilation.rules()).isEmpty();
        return compilation.problems().stream()
                .map(problem -> problem.line() + ":" + problem.column() + " " + problem.message())
                .toList();
    }

    private static String rule(String conditions) {
        return "rule \"r\" @severity(low) @summary(\"s\") when\n$s : Series(" + conditions
                + ")\nthen\nraise($s);\nend\n";
    }

    /** The condition starts at column 13 of line 2. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            metric == "a", new ProcessBuilder("x").start() != null § 2:28 nothing can be created in a rule
            metric == "a", this.getClass().forName("java.lang.Runtime") != null § 2:28 'this' cannot be called in a rule
            metric == "a", value.getClass().getModule() != null § 2:33 expected >, >=, <, <=, == or != after value, found '.'
            metric == "a", eval(true) § 2:28 'eval' cannot be called in a rule
            metric == "a", System.exit(0) == null § 2:28 'System' cannot be called in a rule
            metric == "a", series().labels() != null § 2:28 'series' cannot be called in a rule
            metric == "a", label["env"].length() > 3 § 2:40 expected ==, !=, in, not in, matches or not matches after label["env"], found '.'
            metric == "a", value > Integer.MAX_VALUE § 2:36 expected a number such as 0.9 or -3, found 'Integer'
            metric == "a", value > (3) § 2:36 expected a number such as 0.9 or -3, found '('
            metric == "a", value > 3 + 4 § 2:38 numbers cannot be computed in a rule
            metric == "a", value > "3" § 2:36 expected a number such as 0.9 or -3, found "3"
            metric == "a", value > 3.5f § 2:36 a number is written like 0.9, -3 or 1e-3
            metric == "a", value > 0x10 § 2:36 a number is written like 0.9, -3 or 1e-3
            metric == "a", value > 1e999 § 2:36 '1e999' is larger than any number
            metric == "a", value > -Infinity § 2:37 expected a number such as 0.9 or -3, found 'Infinity'
            metric == "a", value > $other.value § 2:36 expected a number such as 0.9 or -3, found '$other'
            metric == "a", value = 3 § 2:34 expected >, >=, <, <=, == or != after value, found '='
            metric == "a", value =~ 3 § 2:34 expected >, >=, <, <=, == or != after value, found '='
            metric == "a", 3 < value § 2:28 a condition cannot start with '3'
            metric == "a", $v : value > 3 § 2:28 values cannot be bound to variables
            metric == "a", !(value > 3) § 2:28 a condition cannot be negated with !
            metric == "a", (value > 3 || value < 1) § 2:28 conditions cannot be put in parentheses
            metric == "a", value > 3 value < 9 § 2:38 unexpected 'value': separate conditions with commas
            metric == "a", value > 3 || value < 1 && value > 0 § 2:51 && and || cannot be mixed
            metric == "a", value > 3 || label["a"] == "b" § 2:41 || joins comparisons of numbers only
            metric == "a", value > 3, § 2:38 a condition is missing before ')'
            metric == "a", , value > 3 § 2:28 a condition is missing before ','
            metric == "a" § 2:6 the pattern compares no number
            value > 3 § 2:6 the pattern names no metric
            metric == "a", metric == "b", value > 3 § 2:28 the metric is named twice
            metric == "", value > 3 § 2:23 the metric's name is empty
            metric != "a", value > 3 § 2:20 a metric is named exactly
            metric matches ".*", value > 3 § 2:20 a metric is named exactly
            metric == a, value > 3 § 2:23 expected the metric's name in double quotes, found 'a'
            metric == 'a', value > 3 § 2:23 strings stand in double quotes
            metric == "a", label[env] == "b", value > 3 § 2:34 expected the label's name in double quotes, found 'env'
            metric == "a", label["__name__"] == "b", value > 3 § 2:34 label["__name__"] cannot be used
            metric == "a", label.env == "b", value > 3 § 2:33 expected '[' after label
            metric == "a", label["e"] == 3, value > 3 § 2:42 expected a value in double quotes, found '3'
            metric == "a", label["e"] in (), value > 3 § 2:43 expected a value in double quotes, found ')'
            metric == "a", label["e"] contains "x", value > 3 § 2:39 expected ==, !=, in, not in, matches or not matches
            metric == "a", label["e"] matches "(a+)+b", value > 3 § 2:47 a group cannot be repeated in an expression
            metric == "a", label["e"] matches "(a|a)*b", value > 3 § 2:47 a group cannot be repeated in an expression
            metric == "a", label["e"] matches ".*a.*b.*c", value > 3 § 2:47 the expression repeats or chooses too much
            metric == "a", label["e"] matches "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b", value > 3 § 2:47 the expression repeats or chooses too much
            metric == "a", label["e"] matches "(.)\\\\1", value > 3 § 2:47 \\1 is not possible in an expression
            metric == "a", label["e"] matches "(?=a)a", value > 3 § 2:47 look-around, named groups and flags are not possible
            metric == "a", label["e"] matches "(", value > 3 § 2:47 this is not a regular expression: Unclosed group
            metric == "a", label["e"] matches "\\d+", value > 3 § 2:48 \\d is not known in a string
            metric == "a", avg(5m) > 3 § 2:32 a number is written like 0.9
            metric == "a", avg("5 minutes") > 3 § 2:32 "5 minutes" is not a duration, write it like 30s, 5m or 1h30m
            metric == "a", avg("0s") > 3 § 2:32 a window is longer than nothing
            metric == "a", avg("25h") > 3 § 2:32 a window is longer than nothing and at most 24 hours
            metric == "a", avg() > 3 § 2:32 expected the window's length in double quotes, as in avg("5m"), found ')'
            metric == "a", avg("5m", 3) > 3 § 2:36 expected ')' after the window, as in avg("5m"), found ','
            metric == "a", quantile("5m") > 3 § 2:41 expected ',' and the quantile
            metric == "a", quantile("5m", 99) > 3 § 2:37 a quantile lies between 0 and 1, not at 99.0
            metric == "a", median("5m") > 3 § 2:28 'median' cannot be called in a rule
            metric == "a", avg("5m") § 2:37 expected >, >=, <, <=, == or != after avg, found ')'
            metric == "a"; value > 3 § 2:26 unexpected ';': separate conditions with commas
            metric == "a", \\u0076alue > 3 § 2:28 a backslash has no meaning outside a string
            metric == "a", väl > 3 § 2:29 the character ä has no meaning outside a string
            metric == "a", value > 3 # x § 2:38 '#' has no meaning: write comments as // ...
            """)
    void aConditionOutsideTheVocabulary(String conditions, String expected) {
        assertThat(problems(rule(conditions)))
                .anySatisfy(problem -> assertThat(problem).startsWith(expected));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            import java.util.List; § 1:1 'import' is not possible: the only facts are live series
            import function java.lang.Runtime.getRuntime; § 1:1 'import' is not possible
            global java.util.List list; § 1:1 'global' is not possible: a rule sees live series only
            function void f() { System.exit(0); } § 1:1 'function' is not possible: a rule runs no code
            declare Foo x : int end § 1:1 'declare' is not possible
            query "q" Series() end § 1:1 'query' is not possible: a text holds rules only
            package a.b; § 1:1 'package' is not needed
            unit X; § 1:1 'unit' is not possible
            dialect "mvel" § 1:1 'dialect' is not possible
            System.exit(0); § 1:1 expected 'rule', found 'System'
            } § 1:1 expected 'rule', found '}'
            """)
    void somethingThatIsNoRule(String line, String expected) {
        assertThat(problems(line + "\n" + rule("metric == \"a\", value > 1")))
                .singleElement()
                .asString()
                .startsWith(expected);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            System.exit(0); § 4:1 behind 'then' stands raise($s); and nothing else
            raise($s); System.exit(0); § 4:1 behind 'then' stands raise($s); and nothing else
            raise($s) § 4:1 behind 'then' stands raise($s); and nothing else
            raise($s, "x"); § 4:1 behind 'then' stands raise($s); and nothing else
            insert(new Object()); § 4:1 behind 'then' stands raise($s); and nothing else
            drools.getKieRuntime().halt(); § 4:1 behind 'then' stands raise($s); and nothing else
            raise($other); § 4:7 '$other' is not named behind 'when': raise one of [$s]
            /* raise($s); */ § 5:1 behind 'then' stands raise($s); and nothing else
            /* raise($s); § 4:1 this comment is never closed
            while (true) { } § 4:1 behind 'then' stands raise($s); and nothing else
            """)
    void aRightSideThatIsNotRaise(String rightSide, String expected) {
        var text = rule("metric == \"a\", value > 1").replace("raise($s);", rightSide);
        assertThat(problems(text)).anySatisfy(problem -> assertThat(problem).startsWith(expected));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            not Series(metric == "a", value > 1) § 2:1 'not' is not yet possible: a rule has exactly one pattern
            exists Series(metric == "a", value > 1) § 2:1 'exists' is not yet possible
            forall(Series(metric == "a")) § 2:1 'forall' is not yet possible
            eval(true) § 2:1 'eval' is not possible
            accumulate(Series($v : value); $x : sum($v)) § 2:1 'accumulate' is not possible: use avg("5m")
            $s : Series(metric == "a", value > 1) from $list § 2:39 'from' is not possible
            $s : Series(metric == "a", value > 1) over window:time(5m) § 2:39 'over' is not possible
            $s : Series(metric == "a", value > 1) $t : Series(metric == "b", value > 1) § 2:39 a second pattern is not yet possible
            $s : Series(metric == "a", value > 1) or $t : Series(metric == "b", value > 1) § 2:39 'or' is not possible between patterns
            $s : String(length > 3) § 2:6 'String' is not known: the only facts are live series
            $s : java.lang.Runtime() § 2:6 'java' is not known: the only facts are live series
            Series(metric == "a", value > 1) § 2:1 the series needs a name for raise
            (Series(metric == "a", value > 1)) § 2:1 expected a pattern $series : Series(...), found '('
            $s : /series[metric == "a"] § 2:6 expected Series(...), found '/'
            ?someQuery($s;) § 2:1 expected a pattern $series : Series(...), found '?'
            $s : Series(metric == "a", value > 1 § 2:12 this parenthesis is never closed
            $s : Series § 3:1 expected '(' after Series, found 'then'
            // nothing § 3:1 the condition is missing
            """)
    void aLeftSideThatIsNotOnePattern(String leftSide, String expected) {
        var text = "rule \"r\" @severity(low) @summary(\"s\") when\n" + leftSide + "\nthen\nraise($s);\nend\n";
        assertThat(problems(text)).anySatisfy(problem -> assertThat(problem).startsWith(expected));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            @severity(urgent) @summary("s") § 1:20 severity "urgent" is unknown, use one of low, medium, high, critical
            @severity(high) @severity(low) @summary("s") § 1:26 @severity is given twice: keep one
            @summary("s") § 1:6 @severity is missing: add @severity(critical), high, medium or low
            @severity(high) § 1:6 @summary is missing
            @severity @summary("s") § 1:20 expected '(' after @severity, as in @severity(high), found '@'
            @severity("high" @summary("s") § 1:20 expected critical, high, medium or low, found "high"
            @severity(high) @summary("s") @expires(1h) § 1:40 @expires is not known: @severity, @for, @keepFiring, @summary, @runbook, @heal and @labels are
            @severity(high) @summary("s") @java.lang.Deprecated § 1:40 @java is not known
            @severity(high) @summary("s") @for(5) § 1:45 expected a text in double quotes, as in @for("5m"), found '5'
            @severity(high) @summary("s") @for("soon") § 1:45 "soon" is not a duration
            @severity(high) @summary("s") @for("8d") § 1:45 @for is at most 7d
            @severity(high) @summary("s") @for("5m", "6m") § 1:49 expected ')' at the end of @for, found ','
            @severity(high) @summary("") § 1:35 the summary is empty
            @severity(high) @summary("{{value | precent}}") § 1:35 {{value | precent}} is not filled in
            @severity(high) @summary("{{value") § 1:35 {{value is not filled in
            @severity(high) @summary("s") @runbook("javascript:alert(1)") § 1:49 a runbook is a path such as
            @severity(high) @summary("s") @heal("a b") § 1:46 "a b" is not the name of a channel
            @severity(high) @summary("s") @labels(team = x) § 1:55 expected the label's value in double quotes, found 'x'
            @severity(high) @summary("s") @labels(__team = "x") § 1:48 '__team' cannot be a label
            @severity(high) @summary("s") @labels(a = "x", a = "y") § 1:57 label 'a' is given twice
            @severity(high) @summary("unterminated) § 1:35 this string is not closed on its line
            @severity(high) @summary("s") salience 10 § 1:40 the attribute 'salience' is not possible
            @severity(high) @summary("s") no-loop true § 1:40 the attribute 'no-loop' is not possible
            @severity(high) @summary("s") agenda-group "x" § 1:40 the attribute 'agenda-group' is not possible
            @severity(high) @summary("s") dialect "mvel" § 1:40 the attribute 'dialect' is not possible
            extends "other" @severity(high) @summary("s") § 1:10 'extends' is not possible
            """)
    void aHeaderOutsideTheVocabulary(String header, String expected) {
        var text = "rule \"r\" " + header + "\nwhen\n$s : Series(metric == \"a\", value > 1)\nthen\nraise($s);\nend\n";
        assertThat(problems(text)).anySatisfy(problem -> assertThat(problem).startsWith(expected));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '§', quoteCharacter = '\'', textBlock = """
            rule § 1:5 the rule's name in double quotes is missing
            rule "a b" § 1:6 rule name "a b" is not allowed
            rule "r" § 1:9 'end' is missing
            rule "r" end § 1:10 'when' is missing
            rule "r" when end § 1:15 'then' is missing
            '' § 1:1 the text holds no rule
            // only a comment § 1:1 the text holds no rule
            """)
    void aRuleThatIsCutOff(String text, String expected) {
        assertThat(problems(text)).anySatisfy(problem -> assertThat(problem).startsWith(expected));
    }

    @Test
    void allProblemsAreReportedAtOnceInTheOrderOfTheText() {
        assertThat(problems("""
                import java.util.List
                rule "one" @severity(huge) salience 3
                when
                    $s : Series(metric == "a", valu > 3, label["x"] == 4, rate("1x") > 1)
                then
                    System.exit(1);
                end
                rule "one" @severity(low) @summary("s") when $s : Series(value > 1) then raise($t); end
                """))
                .extracting(problem -> problem.substring(0, problem.indexOf(' ')))
                .containsExactly("1:1", "2:6", "2:22", "2:28", "4:32", "4:56", "4:64", "6:5", "8:6", "8:51", "8:80");
    }

    @Test
    void twoRulesOfOneNameInOneText() {
        assertThat(problems(rule("metric == \"a\", value > 1") + rule("metric == \"b\", value > 1")))
                .containsExactly("6:6 there are two rules of the name \"r\" in this text");
    }

    /** A text that a reviewer sees differently from what the machine reads. */
    @Test
    void invisibleCharacters() {
        assertThat(problems(rule("metric == \"a\", /* \u202e */ value > 1")))
                .containsExactly("2:31 the character U+202E is invisible or reorders the text: remove it");
        assertThat(problems("\ufeff" + rule("metric == \"a\", value > 1")))
                .containsExactly("1:1 the character U+FEFF is invisible or reorders the text: remove it");
        assertThat(problems(rule("metric == \"a\0\", value > 1")))
                .containsExactly("2:25 the character U+0000 is invisible or reorders the text: remove it");
    }

    @Test
    void hugeAndDeepTextsAreRefusedAtOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThat(problems(rule("metric == \"a\", value > 1").repeat(20_000)))
                    .containsExactly(
                            "1:1 the text has 2020000 characters, at most 65536 are read: split it into several texts");
            assertThat(problems(rule("metric == \"a\", " + "(".repeat(10_000) + "value > 1" + ")".repeat(10_000))))
                    .anyMatch(problem -> problem.contains("brackets are nested more than 16 deep"));
            assertThat(problems("(".repeat(60_000))).hasSizeLessThanOrEqualTo(100);
            assertThat(problems("rule ".repeat(13_000))).hasSizeLessThanOrEqualTo(100);
            assertThat(problems("@".repeat(60_000))).hasSizeLessThanOrEqualTo(100);
            assertThat(problems(rule("!".repeat(60_000)))).hasSizeLessThanOrEqualTo(100);
            assertThat(problems(rule("value > 1 || ".repeat(4_500)))).hasSizeLessThanOrEqualTo(100);
            assertThat(problems(rule("metric == \"a\"" + ", value > 1".repeat(5_000))))
                    .anyMatch(problem -> problem.contains("a pattern has at most 64 conditions"));
            assertThat(problems("rule \"r\" " + "@labels(a=\"b\") ".repeat(4_000)))
                    .hasSizeLessThanOrEqualTo(100);
            assertThat(problems("/*".repeat(30_000))).hasSizeLessThanOrEqualTo(100);
            assertThat(problems("\"".repeat(60_001))).hasSizeLessThanOrEqualTo(100);
        });
    }

    /** What comes through must be cheap for every value that a sender can choose. */
    @Test
    void expressionsThatAreAllowedAreQuick() {
        var values = List.of("a".repeat(1024), "ab".repeat(512), "a".repeat(1023) + "!");
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (String expression : List.of(".*a.*", "[a-z]+[a-z]*!", "(a|b|ab)(a|b|ab)[ab]+x", "a?a?a?a?a*")) {
                assertThat(SafeExpression.problem(expression)).isNull();
                var test = new LabelTest("x", LabelTest.Op.MATCHES, List.of(expression)).predicate();
                assertThat(values)
                        .allSatisfy(value -> assertThat(test.test(value)).isIn(true, false));
            }
        });
    }

    @Test
    void listsThatMultiplyTooMuchAreRefused() {
        String list = IntStream.range(0, 9).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(", ", "(", ")"));
        assertThat(problems(rule("metric == \"a\", value > 1, label[\"x\"] in " + list + ", label[\"y\"] in " + list)))
                .containsExactly(
                        "2:6 the lists after in make 81 combinations, 64 are allowed: use matches, or several rules");
    }

    @Test
    void aProblemReadsLikeThisToPeople() {
        assertThat(engine.compile(rule("metric == \"a\", value > high")).problems())
                .map(Problem::toString)
                .containsExactly("line 2, column 36: expected a number such as 0.9 or -3, found 'high'");
    }
}
