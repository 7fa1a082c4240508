package tocsin.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tocsin.alert.AlertId;
import tocsin.notify.Outbox.Claimed;
import tocsin.notify.Outbox.Outcome;

/** What every {@link Outbox} promises. */
public abstract class OutboxContract {
    protected static final AlertId ALERT = new AlertId("0123456789abcdef-1");
    protected static final AlertId OTHER = new AlertId("0123456789abcdef-2");
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00Z");

    /** An outbox that is empty when a test begins. */
    protected abstract Outbox outbox();

    /** The time on the outbox's clock. */
    protected abstract Instant now();

    /** Let the outbox's clock go on. */
    protected abstract void advance(Duration by);

    protected static Message message(String key, String channel, @Nullable AlertId alert) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("zulu", "first");
        facts.put("alpha", "second \" ü");
        return new Message(
                key,
                channel,
                alert,
                Message.Kind.FIRING,
                "title " + key,
                "line\nline",
                facts,
                "http://localhost:8080/alerts/1",
                "first target",
                CREATED);
    }

    @Test
    void aMessageGoesOutAsItWasPutIn() {
        Message message = message("a", "slack", ALERT);
        outbox().enqueue(message);
        assertThat(outbox().waiting()).isEqualTo(1);
        Claimed claimed = claim().getFirst();
        assertThat(claimed.message()).isEqualTo(message);
        assertThat(claimed.message().facts().keySet()).containsExactly("zulu", "alpha");
        assertThat(claimed.attempt()).isEqualTo(1);
        assertThat(claimed.earlier()).isNull();
        assertThat(claimed.uncertain()).isFalse();
    }

    @Test
    void theSameKeyAgainChangesNothing() {
        outbox().enqueue(message("a", "slack", ALERT));
        outbox().enqueue(message("a", "webhook", OTHER));
        assertThat(claim()).extracting(claimed -> claimed.message().channel()).containsExactly("slack");
        assertThat(claim()).isEmpty();
    }

    @Test
    void aClaimedMessageIsHiddenUntilItsLeaseEnds() {
        outbox().enqueue(message("a", "slack", ALERT));
        assertThat(claim()).hasSize(1);
        assertThat(claim()).isEmpty();
        advance(LEASE.plusSeconds(1));
        Claimed again = claim().getFirst();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.uncertain()).as("the first attempt was never recorded").isTrue();
    }

    @Test
    void messagesOfOneAlertAndChannelKeepTheirOrder() {
        outbox().enqueue(message("a", "slack", ALERT));
        outbox().enqueue(message("b", "slack", ALERT));
        outbox().enqueue(message("c", "webhook", ALERT));
        outbox().enqueue(message("d", "slack", OTHER));
        List<Claimed> first = claim();
        assertThat(keys(first)).containsExactly("a", "c", "d");
        outbox().retry(first.getFirst(), now().plusSeconds(60), "429");
        assertThat(claim()).as("b waits for a").isEmpty();
        advance(Duration.ofSeconds(61));
        Claimed a = claim().stream()
                .filter(claimed -> claimed.message().key().equals("a"))
                .findFirst()
                .orElseThrow();
        assertThat(a.uncertain()).isFalse();
        outbox().finish(a, Outcome.DELIVERED, "provider-1", "200");
        Claimed b = claim().getFirst();
        assertThat(b.message().key()).isEqualTo("b");
        assertThat(b.earlier()).isEqualTo("provider-1");
    }

    @Test
    void testsDoNotWaitForEachOther() {
        outbox().enqueue(message("a", "slack", null));
        outbox().enqueue(message("b", "slack", null));
        assertThat(keys(claim())).containsExactly("a", "b");
    }

    @Test
    void aChannelWithoutRoomIsLeftOut() {
        outbox().enqueue(message("a", "slack", ALERT));
        outbox().enqueue(message("b", "webhook", ALERT));
        assertThat(keys(outbox().claim(10, LEASE, Set.of("slack")))).contains("b");
    }

    @Test
    void attemptsAndOutcomesAreKept() {
        outbox().enqueue(message("a", "slack", ALERT));
        outbox().retry(claim().getFirst(), now(), "503 from the provider");
        advance(Duration.ofSeconds(1));
        outbox().finish(claim().getFirst(), Outcome.FAILED, "", "gave up");
        outbox().enqueue(message("b", "slack", ALERT));

        List<Outbox.Entry> entries = outbox().of(ALERT);
        assertThat(entries).extracting(entry -> entry.message().key()).containsExactly("a", "b");
        assertThat(entries).extracting(Outbox.Entry::outcome).containsExactly(Outcome.FAILED, null);
        assertThat(entries.getFirst().attempts())
                .extracting(attempt -> attempt.number() + " " + attempt.detail())
                .containsExactly("1 503 from the provider", "2 gave up");
        assertThat(outbox().latest(1))
                .extracting(entry -> entry.message().key())
                .containsExactly("b");
        assertThat(outbox().waiting()).isEqualTo(1);
    }

    @Test
    void whoLostTheLeaseCanOnlySayThatItWasDelivered() {
        outbox().enqueue(message("a", "slack", ALERT));
        Claimed late = claim().getFirst();
        advance(LEASE.plusSeconds(1));
        Claimed current = claim().getFirst();

        outbox().finish(late, Outcome.FAILED, "", "late failure");
        assertThat(outbox().of(ALERT).getFirst().outcome()).isNull();
        outbox().finish(current, Outcome.DELIVERED, "id", "200");
        outbox().finish(late, Outcome.DELIVERED, "other", "200");
        assertThat(outbox().of(ALERT).getFirst().providerId()).isEqualTo("id");
        assertThat(outbox().waiting()).isZero();
    }

    @Test
    void listenersHearOfNewMessages() {
        var heard = new AtomicInteger();
        outbox().onEnqueued(heard::incrementAndGet);
        outbox().enqueue(message("a", "slack", ALERT));
        assertThat(heard).hasValue(1);
    }

    @Test
    void twoDispatchersNeverGetTheSameMessage() throws Exception {
        int messages = 60;
        IntStream.range(0, messages)
                .forEach(i -> outbox().enqueue(message("m" + i, "slack", i % 2 == 0 ? ALERT : null)));
        var claimed = Collections.synchronizedList(new ArrayList<String>());
        var begin = new CountDownLatch(1);
        try (var executor = Executors.newFixedThreadPool(3)) {
            var workers = IntStream.range(0, 3)
                    .mapToObj(i -> executor.submit(() -> {
                        begin.await();
                        while (claimed.size() < messages) {
                            for (Claimed mine : outbox().claim(4, LEASE)) {
                                claimed.add(mine.message().key());
                                outbox().finish(mine, Outcome.DELIVERED, "", "200");
                            }
                        }
                        return true;
                    }))
                    .toList();
            begin.countDown();
            for (var worker : workers) {
                assertThat(worker.get(30, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(claimed).doesNotHaveDuplicates().hasSize(messages);
        List<Integer> ofAlert = claimed.stream()
                .map(key -> Integer.parseInt(key.substring(1)))
                .filter(number -> number % 2 == 0)
                .toList();
        assertThat(ofAlert).isSorted();
    }

    private List<Claimed> claim() {
        return outbox().claim(10, LEASE);
    }

    private static List<String> keys(List<Claimed> claimed) {
        return claimed.stream().map(one -> one.message().key()).toList();
    }
}
