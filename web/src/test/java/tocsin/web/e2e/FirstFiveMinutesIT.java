package tocsin.web.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tocsin.web.browser.Chromium;

/** What the README promises for the first five minutes, done in a browser against the packaged program. */
@TestInstance(Lifecycle.PER_CLASS)
class FirstFiveMinutesIT {
    private static final double PATIENCE = 60_000;
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private Chromium chromium;
    private TocsinProcess tocsin;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        chromium = Chromium.start();
        tocsin = TocsinProcess.start(data);
    }

    @AfterAll
    void stop() throws Exception {
        if (tocsin != null) {
            tocsin.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void aLatencySpikeEndsOnTheScreenAsAPageThatSomebodyTakes() throws Exception {
        var simulation = tocsin.simulate("--fault", "latency-spike", "--fault-after", "5s");
        try (var context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setBaseURL(tocsin.url(""))
                        .setViewportSize(1440, 900))) {
            var page = context.newPage();
            signIn(page);
            page.navigate("/metrics?q=host_cpu");
            assertThat(page.getByText("host_cpu_utilization").first()).isVisible();

            page.navigate("/");
            var alert = page.locator(
                            "a",
                            new Page.LocatorOptions().setHasText(Pattern.compile("p99 of .* requests in janus-demo")))
                    .first();
            assertThat(alert).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE));
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("overview.png")));
            alert.click();

            assertThat(page.locator("canvas").first()).isVisible();
            assertThat(page.getByText("Delivered to console").first())
                    .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE));
            assertThat(page.getByText("Until somebody answers").first()).isVisible();
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("alert.png")));

            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Acknowledge"))
                    .first()
                    .click();
            assertThat(page.getByText("acknowledged").first()).isVisible();
        } finally {
            simulation.destroy();
            simulation.waitFor();
        }
    }

    /** The memory store dies, the rule's call repairs it, and nobody is woken. */
    @Test
    void aDeadMemoryStoreIsRepairedBeforeAnybodyIsWoken() throws Exception {
        int port = TocsinProcess.freePort();
        try (var inbox = new Inbox()) {
            tocsin.webhook("phone", inbox.url());
            var repair = Map.of(
                    "type",
                    "webhook",
                    "level",
                    0,
                    "settings",
                    Map.of("url", "http://127.0.0.1:" + port + "/heal/memory-store"));
            assertThat(tocsin.call("PUT", "/api/v1/channels/restart-memory-store", repair)
                            .statusCode())
                    .isEqualTo(200);
            var simulation = tocsin.simulate(
                    "--deployment",
                    "janus-heal",
                    "--fault",
                    "memory-store-down",
                    "--fault-after",
                    "3s",
                    "--listen-port",
                    String.valueOf(port));
            try {
                TocsinProcess.await(
                        "word that it was repaired",
                        Duration.ofSeconds(120),
                        () -> inbox.received("alert.resolved").stream().anyMatch(FirstFiveMinutesIT::isOfTheStore));
                assertThat(inbox.received("alert.firing").stream().filter(FirstFiveMinutesIT::isOfTheStore))
                        .as("people who were woken")
                        .isEmpty();
                assertThat(StreamSupport.stream(
                                        tocsin.json("/api/v1/alerts?status=resolved")
                                                .spliterator(),
                                        false)
                                .map(alert -> alert.path("rule").asString()))
                        .contains("janus.memory-store-down");
            } finally {
                simulation.destroy();
                simulation.waitFor();
            }
        }
    }

    private static boolean isOfTheStore(Inbox.Received call) {
        return call.body().path("facts").path("rule").asString().equals("janus.memory-store-down");
    }

    private static void signIn(Page page) {
        page.navigate("/login");
        page.getByLabel("Name").fill("admin");
        page.getByLabel("Password").fill(TocsinProcess.PASSWORD);
        page.keyboard().press("Enter");
        Locator heading = page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview"));
        assertThat(heading).isVisible();
    }
}
