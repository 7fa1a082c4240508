package tocsin.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tocsin.alert.AlertId;
import tocsin.alert.Status;
import tocsin.notify.Delivery;
import tocsin.notify.Message;
import tocsin.notify.Message.Kind;
import tocsin.notify.Outbox;
import tocsin.notify.Outbox.Outcome;

class DispatcherTest {
    private final MovableClock clock = new MovableClock();
    private final InMemoryOutbox outbox = new InMemoryOutbox(clock);
    private final Stores stores = new Stores();
    private final Phone phone = new Phone();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ConcurrentLinkedQueue<String> ended = new ConcurrentLinkedQueue<>();
    private @Nullable Dispatcher dispatcher;

    @BeforeEach
    void channel() {
        stores.channel("desk", true);
    }

    @AfterEach
    void close() {
        if (dispatcher != null) {
            outbox.away(false);
            dispatcher.close();
        }
    }

    /** Polls quickly, so that moving the clock is seen soon. */
    private void start() {
        start(outbox, Duration.ofMillis(5));
    }

    private void start(Outbox from, Duration poll) {
        var defaults = DispatcherSettings.defaults();
        var settings = new DispatcherSettings(
                defaults.concurrent(),
                defaults.perChannel(),
                defaults.lease(),
                poll,
                defaults.attempts(),
                defaults.age(),
                Duration.ofSeconds(2));
        dispatcher = new Dispatcher(
                from,
                stores.channels(),
                stores.alerts(),
                List.of(phone),
                settings,
                registry,
                clock,
                (message, outcome, detail) -> ended.add(message.message().key() + " " + outcome + ": " + detail));
        dispatcher.start();
    }

    private Message message(String key, @Nullable AlertId alert, Kind kind) {
        return message(key, "desk", alert, kind);
    }

    private Message message(String key, String channel, @Nullable AlertId alert, Kind kind) {
        return new Message(
                key,
                channel,
                alert,
                kind,
                key,
                "p99 is 2 s",
                Map.of(),
                "http://tocsin/alerts/1",
                "step 1",
                clock.instant());
    }

    private void awaitOutcome(String key, Outcome outcome) {
        outbox.await(key + " is " + outcome, () -> outbox.entry(key).outcome() == outcome);
    }

    private String lastDetail(String key) {
        return outbox.entry(key).attempts().getLast().detail();
    }

    @Test
    void aMessageIsSentAtOnce_andItsEndIsToldAndCounted() {
        start(outbox, Duration.ofHours(1)); // so only the wake-up can do it
        outbox.enqueue(message("page", stores.alert("a", Status.FIRING), Kind.FIRING));

        awaitOutcome("page", Outcome.DELIVERED);
        assertThat(phone.titles()).containsExactly("page");
        assertThat(outbox.entry("page").providerId()).isEqualTo("id of page");
        outbox.await("the end is told", () -> ended.contains("page DELIVERED: delivered"));
        assertThat(registry.counter("tocsin.delivery.sent", "channel", "desk", "type", "phone", "outcome", "delivered")
                        .count())
                .isEqualTo(1);
        assertThat(registry.timer("tocsin.delivery.attempts", "type", "phone", "answer", "delivered")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void messagesOfOneAlertAndChannelArriveInOrder_evenWhenTheFirstIsRetried() {
        var alert = stores.alert("a", Status.FIRING);
        phone.answer(message -> phone.titles().size() == 1
                ? new Delivery.Retry("busy", null)
                : new Delivery.Delivered("id of " + message.key()));
        outbox.enqueue(message("first", alert, Kind.FIRING));
        outbox.enqueue(message("second", alert, Kind.ESCALATED));
        outbox.enqueue(message("third", alert, Kind.RESOLVED));
        start();
        outbox.await(
                "the first attempt is recorded",
                () -> !outbox.entry("first").attempts().isEmpty());
        assertThat(phone.titles()).containsExactly("first");

        clock.advance(Duration.ofSeconds(2));
        awaitOutcome("third", Outcome.DELIVERED);
        assertThat(phone.titles()).containsExactly("first", "first", "second", "third");
        assertThat(phone.earlier()).containsExactly("null", "null", "id of first", "id of first");
    }

    @ParameterizedTest(name = "{0} when the alert is {1}: {2}")
    @CsvSource({
        "FIRING, FIRING, DELIVERED",
        "FIRING, ACKNOWLEDGED, DROPPED",
        "FIRING, RESOLVED, DROPPED",
        "ESCALATED, FIRING, DELIVERED",
        "ESCALATED, ACKNOWLEDGED, DROPPED",
        "ESCALATED, RESOLVED, DROPPED",
        "ACKNOWLEDGED, ACKNOWLEDGED, DELIVERED",
        "ACKNOWLEDGED, RESOLVED, DROPPED",
        "RESOLVED, RESOLVED, DELIVERED",
        "HEAL, FIRING, DELIVERED",
        "HEAL, ACKNOWLEDGED, DELIVERED",
        "HEAL, RESOLVED, DROPPED",
    })
    void onlyWhatTheAlertStillWantsIsSent(Kind kind, Status status, Outcome expected) {
        outbox.enqueue(message("page", stores.alert("a", status), kind));
        start();
        awaitOutcome("page", expected);
        assertThat(phone.received()).hasSize(expected == Outcome.DELIVERED ? 1 : 0);
    }

    @Test
    void aPageThatWaitsForItsRetryIsDroppedOnceSomebodyAcknowledges() {
        var alert = stores.alert("a", Status.FIRING);
        phone.answer(_ -> new Delivery.Retry("answer 503", null));
        outbox.enqueue(message("page", alert, Kind.FIRING));
        start();
        outbox.await(
                "the attempt is recorded",
                () -> !outbox.entry("page").attempts().isEmpty());
        stores.alert("a", Status.ACKNOWLEDGED);
        clock.advance(Duration.ofSeconds(2));

        awaitOutcome("page", Outcome.DROPPED);
        assertThat(lastDetail("page"))
                .isEqualTo("not sent, because the alert was acknowledged by ada before its turn came");
        assertThat(phone.received()).hasSize(1);
    }

    @Test
    void anAlertThatIsNotKnownIsNoReasonToStaySilent() {
        var unknown = new AlertId("0123456789abcdef-abc");
        outbox.enqueue(message("page", unknown, Kind.FIRING));
        start();
        awaitOutcome("page", Outcome.DELIVERED);
    }

    @Test
    void channelsThatCannotSend() {
        stores.channel("off", false);
        stores.channelOfType("pigeon", "carrier-pigeon");
        outbox.enqueue(message("to nobody", "gone", null, Kind.FIRING));
        outbox.enqueue(message("to off", "off", null, Kind.FIRING));
        outbox.enqueue(message("test of off", "off", null, Kind.TEST));
        outbox.enqueue(message("to pigeon", "pigeon", null, Kind.FIRING));
        start();

        awaitOutcome("to nobody", Outcome.FAILED);
        awaitOutcome("to off", Outcome.DROPPED);
        awaitOutcome("test of off", Outcome.DELIVERED);
        awaitOutcome("to pigeon", Outcome.FAILED);
        assertThat(lastDetail("to nobody")).isEqualTo("there is no channel of this name any more");
        assertThat(lastDetail("to off")).isEqualTo("not sent, because the channel is switched off");
        assertThat(lastDetail("to pigeon")).isEqualTo("nothing sends by channels of type carrier-pigeon");
    }

    @Test
    void retriesComeAtGrowingPauses_thenTheMessageFailsAloud() {
        phone.answer(_ -> new Delivery.Retry("answer 503", null));
        outbox.enqueue(message("page", null, Kind.FIRING));
        start();
        var pauses = new ArrayList<Duration>();
        for (int attempt = 1; attempt < 12; attempt++) {
            int recorded = attempt;
            outbox.await(
                    "attempt " + attempt + " is recorded",
                    () -> outbox.entry("page").attempts().size() == recorded);
            var pause = Duration.between(clock.instant(), outbox.due("page"));
            pauses.add(pause);
            clock.advance(pause.minusMillis(1));
            assertThat(phone.received()).hasSize(attempt); // not a moment too early
            clock.advance(Duration.ofMillis(1));
        }
        awaitOutcome("page", Outcome.FAILED);

        long[] seconds = {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
        for (int i = 0; i < seconds.length; i++) {
            assertThat(pauses.get(i)).isBetween(Duration.ofSeconds(seconds[i]), Duration.ofMillis(seconds[i] * 1250));
        }
        outbox.await("the end is told", () -> ended.contains("page FAILED: gave up after attempt 12: answer 503"));
        assertThat(registry.counter("tocsin.delivery.failed", "channel", "desk").count())
                .isEqualTo(1);
    }

    @Test
    void aProvidersOwnPauseIsKept_whenItIsLonger() {
        phone.answer(_ -> new Delivery.Retry("answer 429", Duration.ofMinutes(30)));
        outbox.enqueue(message("page", null, Kind.FIRING));
        start();
        outbox.await(
                "the attempt is recorded",
                () -> !outbox.entry("page").attempts().isEmpty());
        assertThat(outbox.due("page")).isEqualTo(clock.instant().plus(Duration.ofMinutes(30)));
    }

    @Test
    void aMessageFailsAfterADay_evenWithAttemptsLeft() {
        phone.answer(_ -> new Delivery.Retry("answer 503", null));
        outbox.enqueue(message("page", null, Kind.FIRING));
        clock.advance(Duration.ofHours(24));
        start();
        awaitOutcome("page", Outcome.FAILED);
        assertThat(lastDetail("page")).isEqualTo("gave up after attempt 1: answer 503");
    }

    @Test
    void aChannelsFirstFailureIsAnIncreaseFromZero() {
        start();
        outbox.await(
                "the channel is counted",
                () -> registry.find("tocsin.delivery.failed").counter() != null);
        assertThat(registry.get("tocsin.delivery.failed")
                        .tag("channel", "desk")
                        .counter()
                        .count())
                .isZero();
    }

    @Test
    void aRejectedMessageFailsAtOnce() {
        phone.answer(_ -> new Delivery.Rejected("answer 404: no_service"));
        outbox.enqueue(message("page", null, Kind.FIRING));
        start();
        awaitOutcome("page", Outcome.FAILED);
        assertThat(lastDetail("page")).isEqualTo("answer 404: no_service");
        assertThat(phone.received()).hasSize(1);
    }

    @Test
    void aNotifierThatThrowsAgainstItsContractIsRetried_andItsMessageStaysHidden() {
        phone.answer(_ -> {
            throw new IllegalStateException("token xoxb-secret is wrong");
        });
        outbox.enqueue(message("page", null, Kind.FIRING));
        start();
        outbox.await(
                "the attempt is recorded",
                () -> !outbox.entry("page").attempts().isEmpty());
        assertThat(lastDetail("page")).isEqualTo("unexpected IllegalStateException");
    }

    @Test
    void anAttemptThatWasNeverRecordedIsRepeated_andSaysSo() {
        outbox.enqueue(message("page", null, Kind.FIRING));
        outbox.claim(1, Duration.ofMinutes(1)); // by a dispatcher that was killed
        start();
        int calls = outbox.calls();
        outbox.await("it has looked again", () -> outbox.calls() > calls + 3);
        assertThat(phone.received()).isEmpty();

        clock.advance(Duration.ofMinutes(1));
        awaitOutcome("page", Outcome.DELIVERED);
        assertThat(phone.received().getFirst().body()).isEqualTo("p99 is 2 s\n(may be a repeat)");
    }

    @Test
    void twoThousandMessagesArriveOnceEach_withinTheLimits() {
        var now = new AtomicInteger();
        var mostAtOnce = new AtomicInteger();
        var byChannel = new ConcurrentHashMap<String, AtomicInteger>();
        var mostByChannel = new AtomicInteger();
        phone.answer(message -> {
            var channel = byChannel.computeIfAbsent(message.channel(), _ -> new AtomicInteger());
            mostAtOnce.accumulateAndGet(now.incrementAndGet(), Math::max);
            mostByChannel.accumulateAndGet(channel.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            channel.decrementAndGet();
            now.decrementAndGet();
            return new Delivery.Delivered("");
        });
        IntStream.range(0, 8).forEach(i -> stores.channel("channel-" + i, true));
        outbox.enqueue(IntStream.range(0, 2000)
                .mapToObj(i -> message("page-" + i, "channel-" + i % 8, null, Kind.FIRING))
                .toList());
        start(outbox, Duration.ofSeconds(1));

        outbox.await("all have ended", () -> ended.size() == 2000);
        assertThat(phone.titles()).doesNotHaveDuplicates().hasSize(2000);
        assertThat(mostAtOnce.get()).isLessThanOrEqualTo(16);
        assertThat(mostByChannel.get()).isLessThanOrEqualTo(4);
        assertThat(outbox.outcomes()).containsExactly(Outcome.DELIVERED);
    }

    @Test
    void aChannelThatHangsLeavesTheOthersAlone() {
        var release = new CountDownLatch(1);
        phone.answer(message -> {
            if (message.channel().equals("stuck")) {
                awaitLatch(release);
            }
            return new Delivery.Delivered("");
        });
        stores.channel("stuck", true);
        outbox.enqueue(IntStream.range(0, 500)
                .mapToObj(i -> message("stuck-" + i, "stuck", null, Kind.FIRING))
                .toList());
        outbox.enqueue(IntStream.range(0, 50)
                .mapToObj(i -> message("page-" + i, null, Kind.FIRING))
                .toList());
        start(outbox, Duration.ofSeconds(1));

        IntStream.range(0, 50).forEach(i -> awaitOutcome("page-" + i, Outcome.DELIVERED));
        assertThat(phone.titles().stream().filter(title -> title.startsWith("stuck")))
                .hasSize(4);
        release.countDown();
        outbox.await("the others have ended, too", () -> ended.size() == 550);
    }

    @Test
    void aMessageThatWaitedTooLongForItsTurnGoesBack_becauseItsLeaseMightEndMeanwhile() {
        var release = new CountDownLatch(1);
        phone.answer(_ -> {
            awaitLatch(release);
            return new Delivery.Delivered("");
        });
        outbox.enqueue(IntStream.range(0, 5)
                .mapToObj(i -> message("page-" + i, null, Kind.FIRING))
                .toList());
        start(outbox, Duration.ofSeconds(1));
        outbox.await("four are being sent", () -> phone.received().size() == 4);
        clock.advance(Duration.ofSeconds(31));
        release.countDown();

        outbox.await(
                "the fifth went back", () -> !outbox.entry("page-4").attempts().isEmpty());
        assertThat(lastDetail("page-4")).isEqualTo("not sent yet: waited too long for its turn");
        clock.advance(Duration.ofSeconds(2));
        awaitOutcome("page-4", Outcome.DELIVERED);
        assertThat(phone.titles()).containsExactlyInAnyOrder("page-0", "page-1", "page-2", "page-3", "page-4");
    }

    @Test
    void theDatabaseGoesAndComesBack_andTheDispatcherNeitherDiesNorSpins() {
        outbox.away(true);
        start(outbox, Duration.ofMillis(20));
        int before = outbox.calls();
        long begin = System.nanoTime();
        outbox.await("it has tried five times", () -> outbox.calls() >= before + 5);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(200));

        outbox.enqueue(message("page", null, Kind.FIRING));
        outbox.away(false);
        awaitOutcome("page", Outcome.DELIVERED);
        assertThat(registry.get("tocsin.outbox.waiting").gauge().value()).isNotNegative();
    }

    @Test
    void whatWasSentWhileTheDatabaseWentAwayIsRecordedLater_notSentTwice() {
        phone.answer(message -> {
            outbox.away(true);
            return new Delivery.Delivered("id of " + message.key());
        });
        outbox.enqueue(message("page", null, Kind.FIRING));
        start();
        outbox.await("it was sent", () -> !phone.received().isEmpty());
        int calls = outbox.calls();
        outbox.await("recording has failed", () -> outbox.calls() > calls + 3);
        outbox.away(false);

        awaitOutcome("page", Outcome.DELIVERED);
        assertThat(phone.received()).hasSize(1);
        assertThat(outbox.entry("page").attempts()).hasSize(1);
    }

    @Test
    void aMessageThatCannotBeCheckedGoesBack_unsent() {
        stores.away(true);
        outbox.enqueue(message("page", stores.alert("a", Status.FIRING), Kind.FIRING));
        start();
        outbox.await("it went back", () -> !outbox.entry("page").attempts().isEmpty());
        assertThat(phone.received()).isEmpty();
        stores.away(false);
        clock.advance(Duration.ofSeconds(2));
        awaitOutcome("page", Outcome.DELIVERED);
    }

    @Test
    void closingWaitsForWhatIsBeingSent_andPutsTheRestBack() throws Exception {
        var sending = new CountDownLatch(4);
        var release = new CountDownLatch(1);
        phone.answer(_ -> {
            sending.countDown();
            awaitLatch(release);
            return new Delivery.Delivered("");
        });
        outbox.enqueue(IntStream.range(0, 6)
                .mapToObj(i -> message("page-" + i, null, Kind.FIRING))
                .toList());
        start(outbox, Duration.ofSeconds(1));
        assertThat(sending.await(10, TimeUnit.SECONDS)).isTrue();
        var closer = Thread.ofVirtual().start(dispatcher::close);
        outbox.await(
                "the rest is back", () -> !outbox.entry("page-5").attempts().isEmpty());
        release.countDown();
        closer.join();

        assertThat(ended).hasSize(4);
        assertThat(lastDetail("page-4")).isEqualTo("not sent yet: Tocsin was stopped");
        assertThat(outbox.claim(10, Duration.ofMinutes(1)))
                .extracting(claimed -> claimed.message().key() + " " + claimed.uncertain())
                .containsExactly("page-4 false", "page-5 false");
    }

    @Test
    void anOutboxThatCannotLeaveOutChannelsIsServed_too() {
        var plain = new PlainOutbox(outbox);
        var release = new CountDownLatch(1);
        phone.answer(_ -> {
            awaitLatch(release);
            return new Delivery.Delivered("");
        });
        outbox.enqueue(IntStream.range(0, 100)
                .mapToObj(i -> message("page-" + i, null, Kind.FIRING))
                .toList());
        start(plain, Duration.ofMillis(5));
        outbox.await(
                "some went back",
                () -> IntStream.range(0, 100)
                        .anyMatch(i -> !outbox.entry("page-" + i).attempts().isEmpty()));
        assertThat(phone.received()).hasSizeLessThanOrEqualTo(4);
        release.countDown();
        for (int i = 0; i < 200 && ended.size() < 100; i++) {
            int calls = outbox.calls();
            outbox.await("it looks again", () -> ended.size() == 100 || outbox.calls() > calls + 3);
            clock.advance(Duration.ofSeconds(2));
        }
        assertThat(phone.titles()).hasSize(100).doesNotHaveDuplicates();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let it go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Knows only what the port had at first. */
    private record PlainOutbox(InMemoryOutbox inner) implements Outbox {
        @Override
        public void enqueue(Message message) {
            inner.enqueue(message);
        }

        @Override
        public List<Claimed> claim(int limit, Duration lease) {
            return inner.claim(limit, lease);
        }

        @Override
        public void finish(Claimed message, Outcome outcome, String providerId, String detail) {
            inner.finish(message, outcome, providerId, detail);
        }

        @Override
        public void retry(Claimed message, Instant at, String detail) {
            inner.retry(message, at, detail);
        }

        @Override
        public List<Entry> of(AlertId alert) {
            return inner.of(alert);
        }

        @Override
        public List<Entry> latest(int limit) {
            return inner.latest(limit);
        }

        @Override
        public long waiting() {
            return inner.waiting();
        }

        @Override
        public void onEnqueued(Runnable listener) {
            inner.onEnqueued(listener);
        }
    }
}
