package tocsin.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import tocsin.web.browser.Chromium;
import tocsin.web.demo.DemoApplication;
import tocsin.web.demo.DemoStory;

/** What people do on the pages, done in Debian's Chromium, on made-up data. */
class PagesBrowserIT {
    private static ConfigurableApplicationContext application;
    private static Chromium chromium;

    private final List<String> complaints = new ArrayList<>();
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        application = DemoApplication.start("--server.port=0");
    }

    @AfterAll
    static void stop() {
        if (application != null) {
            chromium.close();
            application.close();
        }
    }

    @BeforeEach
    void open() {
        open(1280, ColorScheme.LIGHT);
    }

    private void open(int width, ColorScheme scheme) {
        if (context != null) {
            context.close();
        }
        context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setBaseURL("http://localhost:"
                                + application.getEnvironment().getProperty("local.server.port"))
                        .setViewportSize(width, 844)
                        .setColorScheme(scheme));
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())) {
                complaints.add(message.text() + " on " + page.url());
            }
        });
        page.onPageError(failure -> complaints.add(failure + " on " + page.url()));
    }

    @AfterEach
    void close() {
        context.close();
    }

    private void signIn(String name) {
        page.navigate("/login");
        page.getByLabel("Name").fill(name);
        page.getByLabel("Password").fill(DemoApplication.PASSWORD);
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview")))
                .isVisible();
        page.waitForLoadState(); // keys do something from then on
    }

    private static DemoStory story() {
        return application.getBean(DemoStory.class);
    }

    @Test
    void aWrongPasswordIsToldInWords() {
        page.navigate("/rules");
        assertThat(page).hasURL(Pattern.compile("/login$"));
        page.getByLabel("Name").fill("admin");
        page.getByLabel("Password").fill("guessed");
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("The name or the password is wrong");
        assertThat(page.getByText("The password was printed once in the terminal"))
                .isVisible();
    }

    @Test
    void anAlertIsTakenByKeyboardAlone() {
        var alert = story().another();
        signIn("robin");
        page.navigate("/alerts/" + alert);
        page.keyboard().press("a");
        page.keyboard().type("Looking into it");
        page.keyboard().press("Enter");
        assertThat(page.locator("#alert-head")).containsText("taken by robin");
        assertThat(page.locator("#life")).containsText("Looking into it");
        assertThat(page.locator("#act")).containsText("robin has it");
        assertThat(complaints).isEmpty();
    }

    @Test
    void jAndKWalkThroughTheRowsAndEnterOpensOne() {
        signIn("vic");
        page.keyboard().press("j");
        page.keyboard().press("j");
        page.keyboard().press("k");
        assertThat(page.locator(".alert-row .row-link").first()).isFocused();
        page.keyboard().press("Enter");
        assertThat(page).hasURL(Pattern.compile("/alerts/[0-9a-f]{16}-"));
    }

    @Test
    void slashGoesToTheSearch() {
        signIn("vic");
        page.navigate("/alerts");
        page.keyboard().press("/");
        page.keyboard().type("memory");
        page.keyboard().press("Enter");
        assertThat(page).hasURL(Pattern.compile("text=memory"));
        assertThat(page.locator("table.list tbody tr")).hasCount(1);
    }

    @Test
    void theAlertTellsEverythingFromSampleToReceipt() {
        signIn("vic");
        page.navigate("/alerts/" + story().latency());
        Locator trail = page.locator("#trail");
        assertThat(trail).containsText("janus_request_p99_seconds{env=\"prod\", model=\"opus\"");
        assertThat(trail).containsText("Record ");
        assertThat(trail).containsText("janus.latency-p99, version 3");
        assertThat(trail).containsText("Tell the next level");
        assertThat(trail).containsText("429 Too Many Requests");
        assertThat(trail).containsText("Delivered to robin-phone at attempt 2");
        assertThat(page.locator("#chart canvas")).isVisible();
        assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Acknowledge")))
                .hasCount(0);
        assertThat(complaints).isEmpty();
    }

    @Test
    void anErrorInARuleIsShownAtItsLineAndColumn() {
        signIn("admin");
        page.navigate("/rules/host.cpu-saturated/edit");
        var source = page.getByLabel("Source of the rule");
        source.fill(source.inputValue().replace("metric ==", "metrik =="));
        assertThat(page.locator("#check")).containsText("Line 8, column 17");
        assertThat(page.locator("#check")).containsText("did you mean metric?");
        assertThat(page.locator(".editor-gutter .wrong")).hasText("8");
        assertThat(page.locator(".editor-paint mark")).hasText("metrik");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save draft"))
                .click();
        assertThat(page.locator("#check")).containsText("Line 8, column 17");
    }

    @Test
    void aRuleIsWrittenSavedAndPublished() {
        signIn("admin");
        page.navigate("/rules/new?metric=host_cpu_utilization");
        var source = page.getByLabel("Source of the rule");
        source.fill(source.inputValue().replace("team.something-is-wrong", "team.from-the-browser"));
        assertThat(page.locator("#check")).containsText("It matches 4 live series now");
        page.getByLabel("Why").fill("Seen in a test");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save draft"))
                .click();
        assertThat(page.locator(".notice")).containsText("Draft 1 is saved");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Publish version 1"))
                .click();
        assertThat(page.locator(".notice")).containsText("Version 1 is live");
        assertThat(page.locator("#rule-facts")).containsText("live v1");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aNewAlertAppearsWithoutReload() {
        signIn("vic");
        page.evaluate("window.notReloaded = true");
        var alert = story().another();
        assertThat(page.locator("#alert-" + alert)).isVisible();
        assertThat(page).hasTitle(Pattern.compile("^\\(\\d+\\) Overview"));
        assertThat(page.evaluate("window.notReloaded")).isEqualTo(true);
        assertThat(complaints).isEmpty();
    }

    @Test
    void aSecretIsNeverShownAgainAndATestTellsTheAnswer() {
        signIn("admin");
        page.navigate("/channels/new?type=webhook");
        page.locator("[name=name]").fill("browser-hook");
        page.getByLabel("Address").fill("https://hooks.example.com/1");
        page.getByLabel("Signing secret").fill("very-secret-indeed");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save"))
                .click();
        assertThat(page.locator(".notice")).containsText("Channel browser-hook is saved");
        page.locator("tr", new Page.LocatorOptions().setHasText("browser-hook"))
                .getByText("Send a test")
                .click();
        assertThat(page.locator(".notice")).containsText("Test of browser-hook: Refused: 404 Not Found");
        page.navigate("/channels/browser-hook");
        assertThat(page.content()).doesNotContain("very-secret-indeed");
        assertThat(page.getByLabel("Signing secret")).hasAttribute("placeholder", "saved; leave empty to keep");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aTokenIsShownOnceAndCanBeRevoked() {
        signIn("admin");
        page.navigate("/settings");
        page.getByLabel("What uses it").fill("prometheus in the browser test");
        page.getByText("Make the token").click();
        assertThat(page.locator("#new-key")).hasText(Pattern.compile("^toc_[0-9a-z]{8}_[0-9a-z]{40}$"));
        String key = page.locator("#new-key").textContent();
        page.reload();
        assertThat(page.content()).doesNotContain(key);
        page.onDialog(question -> question.accept());
        page.locator("li", new Page.LocatorOptions().setHasText("prometheus in the browser test"))
                .getByText("Revoke")
                .click();
        assertThat(page.locator(".notice")).containsText("is revoked");
    }

    @Test
    void theDiagramShowsWhereTheRunStands() {
        signIn("vic");
        page.navigate("/workflows/escalation?run=2501");
        assertThat(page.locator("[data-element-id=patience].token")).isVisible();
        assertThat(page.locator(".bjs-powered-by")).isVisible();
        assertThat(page.locator("#chosen")).containsText("Tell the next level");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aChosenThemeStays() {
        signIn("vic");
        String light = background();
        page.locator(".theme-button").click();
        page.locator(".theme-button").click();
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        page.navigate("/alerts");
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        assertThat(background()).isNotEqualTo(light);
    }

    private String background() {
        return (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
    }

    @Test
    void whatOneMayNotDoIsHiddenAndRefused() {
        signIn("vic");
        page.navigate("/rules");
        assertThat(page.getByText("New rule")).hasCount(0);
        var refused = page.navigate("/rules/new");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                .hasText("You may not do this");
        assertThat(page.getByText("This needs the role author, and your role is viewer."))
                .isVisible();
    }

    @Test
    void whatIsNotThereIsToldInWords() {
        signIn("vic");
        assertThat(page.navigate("/alerts/0123456789abcdef-zzz").status()).isEqualTo(404);
        assertThat(page.locator(".fault")).containsText("There is no alert 0123456789abcdef-zzz.");
        assertThat(page.navigate("/alerts?status=odd").status()).isEqualTo(400);
        assertThat(page.locator(".fault")).containsText("status \"odd\" is unknown");
        assertThat(page.navigate("/no-such-page").status()).isEqualTo(404);
        assertThat(page.locator(".fault")).containsText("There is nothing here");
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 768, 1920})
    void noPageScrollsSidewaysOrComplains(int width) {
        open(width, width == 768 ? ColorScheme.DARK : ColorScheme.LIGHT);
        page.navigate("/login");
        assertFits("/login", width);
        signIn("admin");
        for (String path : paths()) {
            assertThat(page.navigate(path).status()).as(path).isEqualTo(200);
            assertFits(path, width);
        }
        assertThat(complaints).isEmpty();
    }

    private static List<String> paths() {
        return List.of(
                "/",
                "/alerts?status=all",
                "/alerts/" + story().latency(),
                "/alerts/" + story().memory(),
                "/rules",
                "/rules/janus.latency-p99?version=4",
                "/rules/billing.invoices-stuck",
                "/rules/janus.latency-p99/edit",
                "/rules/new",
                "/metrics",
                "/metrics?name=janus_request_p99_seconds",
                "/channels",
                "/channels/new",
                "/channels/slack-oncall",
                "/deliveries",
                "/workflows",
                "/workflows/escalation",
                "/workflows/escalation?run=2501",
                "/incidents",
                "/audit",
                "/settings");
    }

    private void assertFits(String path, int width) {
        int needed = ((Number) page.evaluate("document.documentElement.scrollWidth")).intValue();
        assertThat(needed).as("width that %s needs", path).isLessThanOrEqualTo(width);
    }

    @Test
    void buttonsOnATelephoneAreLargeEnoughForAThumb() {
        open(390, ColorScheme.DARK);
        var alert = story().another();
        signIn("robin");
        page.navigate("/alerts/" + alert);
        var acknowledge = page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Acknowledge"));
        assertThat(acknowledge).isInViewport();
        assertThat(acknowledge.boundingBox().height).isGreaterThanOrEqualTo(44);
        acknowledge.click();
        assertThat(page.locator("#alert-head")).containsText("taken by robin");
    }
}
