package tocsin.ingest.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static tocsin.ingest.Answers.rejected;
import static tocsin.ingest.prometheus.Protobuf.label;
import static tocsin.ingest.prometheus.Protobuf.labels;
import static tocsin.ingest.prometheus.Protobuf.request;
import static tocsin.ingest.prometheus.Protobuf.sample;
import static tocsin.ingest.prometheus.Protobuf.series;
import static tocsin.ingest.prometheus.Protobuf.snappy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xerial.snappy.SnappyOutputStream;
import tocsin.ingest.Accepted;
import tocsin.ingest.IngestLimits;
import tocsin.ingest.RejectedException.BadInput;
import tocsin.ingest.RejectedException.Full;
import tocsin.ingest.RejectedException.TooLarge;
import tocsin.ingest.RejectedException.Unavailable;
import tocsin.ingest.RejectedException.Unsupported;
import tocsin.ingest.Stored;
import tocsin.signal.InMemorySignalLog;
import tocsin.signal.LogFullException;
import tocsin.signal.SampleBatch;
import tocsin.signal.Series;
import tocsin.signal.Staleness;

class RemoteWriteReceiverTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final long T = NOW.toEpochMilli();

    private final InstantSource clock = InstantSource.fixed(NOW);
    private final InMemorySignalLog log = new InMemorySignalLog(clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RemoteWriteReceiver receiver = new RemoteWriteReceiver(log, IngestLimits.DEFAULTS, clock, meters);

    private CompletableFuture<Accepted> send(Message... series) {
        return send(receiver, snappy(request(series)));
    }

    private static CompletableFuture<Accepted> send(RemoteWriteReceiver receiver, byte[] body) {
        return receiver.receive(RemoteWriteHeaders.V1, new ByteArrayInputStream(body));
    }

    private double count(String meter, String... tags) {
        var counter = meters.find(meter).tags(tags).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void receive_storesEachSampleWithItsSeriesTimeAndValue() {
        var answer = send(
                series(labels("__name__", "up", "job", "api", "instance", "a:80"), sample(T - 15_000, 1), sample(T, 0)),
                series(labels("__name__", "queue_depth", "queue", "mail, é 日本 🔔"), sample(T, 12.5)));

        assertThat(answer.join()).isEqualTo(new Accepted(3, 2));
        var up = Series.of("up", "job", "api", "instance", "a:80");
        assertThat(Stored.in(log))
                .containsExactly(
                        Stored.of(up, T - 15_000, 1),
                        Stored.of(up, T, 0),
                        Stored.of(Series.of("queue_depth", "queue", "mail, é 日本 🔔"), T, 12.5));
        assertThat(count("tocsin.ingest.samples", "protocol", "remote_write")).isEqualTo(3);
        assertThat(count("tocsin.ingest.requests", "outcome", "accepted")).isEqualTo(1);
    }

    @Test
    void receive_keepsEveryBitOfSpecialValues() {
        double otherNan = Double.longBitsToDouble(0x7ff8000000000001L);
        double[] values = {Staleness.MARKER, Double.NaN, otherNan, Double.POSITIVE_INFINITY, -0.0, Double.MIN_VALUE};
        var samples = IntStream.range(0, values.length)
                .mapToObj(i -> sample(T + i, values[i]))
                .toArray(Message[]::new);

        send(series(labels("__name__", "m"), samples)).join();

        assertThat(Stored.in(log).stream().mapToLong(Stored::valueBits))
                .containsExactly(Arrays.stream(values)
                        .mapToLong(Double::doubleToRawLongBits)
                        .boxed()
                        .toArray(Long[]::new));
        assertThat(Staleness.isMarker(Stored.in(log).getFirst().value())).isTrue();
        assertThat(Staleness.isMarker(Stored.in(log).get(1).value())).isFalse();
    }

    @Test
    void receive_keepsLateAndRepeatedSamplesInTheOrderInWhichTheyCame() {
        send(series(labels("__name__", "m"), sample(T, 1), sample(T - 60_000, 2), sample(T, 3), sample(T, 3)))
                .join();

        assertThat(Stored.in(log).stream().map(Stored::timeMillis)).containsExactly(T, T - 60_000, T, T);
    }

    @Test
    void receive_takesARetryOfTheSameRequest() {
        var body = snappy(request(series(labels("__name__", "m"), sample(T, 1))));

        send(receiver, body).join();
        send(receiver, body).join();

        assertThat(log.records()).hasSize(2);
    }

    @Test
    void receive_toleratesLabelsInAnyOrderAndLeavesOutEmptyOnes() {
        send(series(labels("zone", "b", "__name__", "m", "empty", "", "app", "x"), sample(T, 1)))
                .join();

        assertThat(Stored.in(log)).containsExactly(Stored.of(Series.of("m", "zone", "b", "app", "x"), T, 1));
    }

    @Test
    void receive_readsLabelsThatAreScatteredBetweenSamples() {
        var whole = request(series(labels("__name__", "m", "a", "1", "b", "2"), sample(T, 1)));
        // the same fields with the last label moved behind the sample: legal protobuf, though nobody sends it
        var label = labels("b", "2").getFirst().toByteArray();
        int labelLength = label.length + 2;
        byte[] inner = Arrays.copyOfRange(whole, 2, whole.length);
        int sampleLength = sample(T, 1).toByteArray().length + 2;
        int labelAt = inner.length - sampleLength - labelLength;
        var moved = new ByteArrayOutputStream();
        moved.write(whole, 0, 2);
        moved.write(inner, 0, labelAt);
        moved.write(inner, labelAt + labelLength, sampleLength);
        moved.write(inner, labelAt, labelLength);

        send(receiver, snappy(moved.toByteArray())).join();

        assertThat(Stored.in(log)).containsExactly(Stored.of(Series.of("m", "a", "1", "b", "2"), T, 1));
    }

    @Test
    void receive_storesTheGoodSeriesAndTellsAboutTheBad() {
        var answer = send(
                series(labels("__name__", "good"), sample(T, 1)),
                series(labels("job", "api"), sample(T, 1), sample(T + 1, 1)),
                series(labels("__name__", "twice", "a", "1", "a", "2"), sample(T, 1)),
                series(labels("__name__", "also_good"), sample(T, 2)));

        var rejection = rejected(answer);
        assertThat(rejection.status()).isEqualTo(400);
        assertThat(((BadInput) rejection).acceptedSamples()).isEqualTo(2);
        assertThat(rejection)
                .hasMessage(
                        "2 samples were stored, 3 were refused: series {job=\"api\"} has no metric name (label __name__); "
                                + "series twice{a=\"1\", a=\"2\"} has label \"a\" twice.");
        assertThat(Stored.in(log).stream().map(stored -> stored.series().metric()))
                .containsExactly("good", "also_good");
        assertThat(count("tocsin.ingest.samples.refused", "reason", "no_metric_name"))
                .isEqualTo(2);
        assertThat(count("tocsin.ingest.samples.refused", "reason", "duplicate_label"))
                .isEqualTo(1);
        assertThat(count("tocsin.ingest.requests", "outcome", "partial")).isEqualTo(1);
    }

    @Test
    void receive_refusesLabelsThatNoDatabaseOrPageCouldHold() {
        var notUtf8 = new ArrayList<>(labels("__name__", "m"));
        notUtf8.add(label(ByteString.copyFromUtf8("a"), ByteString.copyFrom(new byte[] {(byte) 0xC3, 0x28})));

        assertThat(rejected(send(series(notUtf8, sample(T, 1))))).hasMessageContaining("not UTF-8");
        assertThat(rejected(send(series(labels("__name__", "m", "a", "x\0y"), sample(T, 1)))))
                .hasMessageContaining("value of label \"a\" that is not text");
        assertThat(rejected(send(series(labels("__name__", "m", "", "x"), sample(T, 1)))))
                .hasMessageContaining("label without a name");
        assertThat(rejected(send(series(labels("__name__", ""), sample(T, 1))))).hasMessageContaining("no metric name");
        assertThat(log.records()).isEmpty();
    }

    @Test
    void receive_refusesSeriesOverTheLimits() {
        var many = new ArrayList<>(labels("__name__", "m"));
        IntStream.range(0, 64).forEach(i -> many.addAll(labels("label" + i, "x")));

        assertThat(rejected(send(series(many, sample(T, 1))))).hasMessageContaining("has 65 labels, 64 are allowed");
        assertThat(rejected(send(series(labels("__name__", "m", "a".repeat(257), "x"), sample(T, 1)))))
                .hasMessageContaining("label name of 257 bytes, 256 are allowed");
        assertThat(rejected(send(series(labels("__name__", "é".repeat(129)), sample(T, 1)))))
                .hasMessageContaining("value of label \"__name__\" of 258 bytes, 256 are allowed");
        assertThat(rejected(send(series(labels("__name__", "m", "a", "x".repeat(2049)), sample(T, 1)))))
                .hasMessageContaining("value of label \"a\" of 2049 bytes, 2048 are allowed")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
        assertThat(send(series(labels("__name__", "n".repeat(256), "a", "x".repeat(2048)), sample(T, 1)))
                        .join()
                        .samples())
                .isEqualTo(1);
    }

    @Test
    void receive_refusesSamplesFromTheFutureAndFromLongAgo() {
        long tooNew = T + Duration.ofMinutes(10).toMillis() + 1;
        long tooOld = T - Duration.ofHours(24).toMillis() - 1;

        var rejection = rejected(send(series(
                labels("__name__", "m"),
                sample(tooNew, 1),
                sample(tooNew - 1, 2),
                sample(tooOld, 3),
                sample(tooOld + 1, 4))));

        assertThat(rejection)
                .hasMessageContaining("2 samples were stored, 2 were refused")
                .hasMessageContaining("PT10M ahead of this server's clock, PT10M is allowed")
                .hasMessageContaining("PT24H behind this server's clock");
        assertThat(Stored.in(log).stream().map(Stored::value)).containsExactly(2.0, 4.0);
        assertThat(count("tocsin.ingest.samples.refused", "reason", "too_new")).isEqualTo(1);
        assertThat(count("tocsin.ingest.samples.refused", "reason", "too_old")).isEqualTo(1);
    }

    @Test
    void receive_refusesAbsurdTimes() {
        for (long time : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1}) {
            assertThat(rejected(send(series(labels("__name__", "m"), sample(time, 1))))
                            .status())
                    .isEqualTo(400);
        }
        assertThat(log.records()).isEmpty();
    }

    @Test
    void receive_leavesHistogramsExemplarsAndMetadataAsideAndCountsThem() {
        var onlyHistograms = series(labels("__name__", "h"), List.of(), 2);
        var both = series(labels("__name__", "m"), List.of(sample(T, 1)), 1);

        assertThat(send(onlyHistograms, both).join()).isEqualTo(new Accepted(1, 1));
        assertThat(count("tocsin.ingest.ignored", "kind", "histogram")).isEqualTo(3);
        assertThat(count("tocsin.ingest.ignored", "kind", "exemplar")).isEqualTo(3);
    }

    @Test
    void receive_takesARequestWithoutSamples() {
        assertThat(send().join()).isEqualTo(new Accepted(0, 0));
        assertThat(log.records()).isEmpty();
    }

    @ParameterizedTest(name = "{0}, {1}, {2} -> {3}")
    @CsvSource(delimiter = '|', textBlock = """
            application/x-protobuf                                       | snappy   | 0.1.0 | taken
            application/x-protobuf;proto=prometheus.WriteRequest         | snappy   | 0.1.0 | taken
            Application/X-Protobuf; proto="prometheus.WriteRequest"      | Snappy   | 1.0   | taken
                                                                         |          |       | taken
            application/x-protobuf;proto=io.prometheus.write.v2.Request  | snappy   | 2.0.0 | io.prometheus.write.v2.request is not spoken
            application/x-protobuf                                       | snappy   | 2.0.0 | version 2.0.0 is not spoken
            application/x-protobuf                                       | zstd     | 0.1.0 | zstd is not spoken
            application/x-protobuf                                       | gzip     | 0.1.0 | gzip is not spoken
            application/json                                             | snappy   | 0.1.0 | application/json is not spoken""")
    void receive_checksHeaders(String type, String encoding, String version, String expected) {
        var body = new ByteArrayInputStream(snappy(request(series(labels("__name__", "m"), sample(T, 1)))));

        var answer = receiver.receive(new RemoteWriteHeaders(type, encoding, version), body);

        if (expected.equals("taken")) {
            assertThat(answer.join().samples()).isEqualTo(1);
        } else {
            assertThat(rejected(answer)).isInstanceOf(Unsupported.class).hasMessageContaining(expected);
        }
    }

    @Test
    void receive_refusesWhatIsNotBlockSnappy() throws IOException {
        var framed = new ByteArrayOutputStream();
        try (var out = new SnappyOutputStream(framed)) {
            out.write(request(series(labels("__name__", "m"), sample(T, 1))));
        }
        for (byte[] body :
                List.of(new byte[0], "hello".getBytes(StandardCharsets.UTF_8), framed.toByteArray(), new byte[] {
                    -1, -1, -1, -1, -1
                })) {
            assertThat(rejected(send(receiver, body)).status()).isBetween(400, 413);
        }
        assertThat(rejected(send(receiver, framed.toByteArray()))).hasMessageContaining("block");
    }

    @Test
    void receive_checksTheSizeThatSnappyClaimsBeforeItInflates() {
        // the form of a request as it is, but with a header that claims 1 GiB
        var body = snappy(request(series(labels("__name__", "m"), sample(T, 1))));
        var bomb = new byte[body.length + 4];
        System.arraycopy(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x04}, 0, bomb, 0, 5);
        System.arraycopy(body, 1, bomb, 5, body.length - 1);

        assertThat(rejected(send(receiver, bomb))).isInstanceOf(BadInput.class).hasMessageContaining("1,073,741,824");
        assertThat(rejected(send(receiver, snappy(new byte[33 << 20]))))
                .isInstanceOf(TooLarge.class)
                .hasMessageContaining("34603008 bytes after decompression, 33554432 are allowed");
    }

    @Test
    void receive_refusesMalformedProtobufAndStoresNothingOfIt() {
        var good = request(series(labels("__name__", "m"), sample(T, 1)));
        var cut = Arrays.copyOf(good, good.length - 3);

        assertThat(rejected(send(receiver, snappy(cut))))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("not a prometheus.WriteRequest")
                .hasMessageContaining("time series 1");
        assertThat(log.records()).isEmpty();
    }

    /** Groups within groups: a reader that follows them by recursion would run out of stack. */
    @Test
    void receive_refusesProtobufThatIsNestedWithoutEnd() {
        var nested = new byte[1 << 20];
        Arrays.fill(nested, (byte) 0x0B); // "field 1 begins a group"

        assertThat(rejected(send(receiver, snappy(nested)))).isInstanceOf(BadInput.class);
    }

    @Test
    void receive_refusesBodiesSeriesAndSamplesOverTheLimits() {
        var defaults = IngestLimits.DEFAULTS;
        var small = new IngestLimits(100, 200, 400, 2, 3, 64, 256, 2048, defaults.future(), defaults.age(), 16);
        var limited = new RemoteWriteReceiver(log, small, clock, meters);
        var one = series(labels("__name__", "m"), sample(T, 1));
        var two = series(labels("__name__", "m"), sample(T, 1), sample(T, 2));
        var random = new byte[101];
        new Random(1).nextBytes(random);

        assertThat(rejected(send(limited, random))).isInstanceOf(TooLarge.class).hasMessageContaining("100 bytes");
        assertThat(rejected(send(limited, snappy(new byte[201]))))
                .isInstanceOf(TooLarge.class)
                .hasMessageContaining("200 are allowed");
        assertThat(rejected(send(limited, snappy(request(one, one, one)))))
                .isInstanceOf(TooLarge.class)
                .hasMessageContaining("2 series");
        assertThat(rejected(send(limited, snappy(request(two, two)))))
                .isInstanceOf(TooLarge.class)
                .hasMessageContaining("3 samples");
        assertThat(send(limited, snappy(request(two, one))).join().samples()).isEqualTo(3);
    }

    @Test
    void receive_answersFullWhileTheLogIsFullAndLosesNoMemoryOverIt() {
        log.refuseAppends(new LogFullException("10 GB are in use"));
        for (int i = 0; i < 3; i++) {
            var rejection = rejected(send(series(labels("__name__", "m"), sample(T, 1))));
            assertThat(rejection).isInstanceOf(Full.class).hasMessageContaining("10 GB are in use");
            assertThat(rejection.retryAfter()).contains(Duration.ofSeconds(1));
        }
        log.acceptAppends();

        assertThat(send(series(labels("__name__", "m"), sample(T, 1))).join().samples())
                .isEqualTo(1);
        assertThat(meters.get("tocsin.ingest.in.flight.bytes").gauge().value()).isZero();
    }

    @Test
    void receive_answersUnavailableWhenTheDiskRefuses() {
        log.refuseAppends(new UncheckedIOException(new IOException("No space left on device")));

        assertThat(rejected(send(series(labels("__name__", "m"), sample(T, 1)))))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("No space left on device");
    }

    @Test
    void receive_answersWhenTheSenderHangsUpInTheMiddle() {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                throw new IOException("connection reset");
            }
        };

        assertThat(rejected(receiver.receive(RemoteWriteHeaders.V1, broken))).hasMessageContaining("connection reset");
    }

    @Test
    void encoder_writesWhatTheReceiverReads() {
        var series = Series.of("m", "a", "1", "b", "é");
        var batch = SampleBatch.builder(3)
                .add(series, T, 1.5)
                .add(Series.of("other"), T, Staleness.MARKER)
                .add(series, T + 1, -2)
                .build();

        assertThat(send(receiver, RemoteWriteEncoder.encode(batch)).join()).isEqualTo(new Accepted(3, 2));
        assertThat(Stored.in(log))
                .containsExactly(
                        Stored.of(series, T, 1.5),
                        Stored.of(series, T + 1, -2),
                        Stored.of(Series.of("other"), T, Staleness.MARKER));
    }

    @Test
    void cache_neverMixesSeriesUpHoweverSmallItIs() {
        var d = IngestLimits.DEFAULTS;
        var tiny = new IngestLimits(
                d.bodyBytes(),
                d.decodedBytes(),
                d.inFlightBytes(),
                d.series(),
                d.samples(),
                d.labels(),
                256,
                2048,
                d.future(),
                d.age(),
                8);
        var limited = new RemoteWriteReceiver(log, tiny, clock, meters);
        var random = new Random(7);
        var expected = new ArrayList<Stored>();
        for (int i = 0; i < 2000; i++) {
            String name = "m" + random.nextInt(40);
            String pod = "p" + random.nextInt(5);
            expected.add(Stored.of(Series.of(name, "pod", pod), T, i));
            send(limited, snappy(request(series(labels("__name__", name, "pod", pod), sample(T, i)))))
                    .join();
        }
        assertThat(Stored.in(log)).isEqualTo(expected);
    }

    @Test
    void cache_decodesARepeatedSeriesOnce() {
        for (int i = 0; i < 10; i++) {
            send(series(labels("__name__", "m", "a", "b"), sample(T + i, i))).join();
        }
        assertThat(count("tocsin.ingest.series.decoded")).isEqualTo(1);
        assertThat(Stored.in(log).stream().map(Stored::series).distinct()).hasSize(1);
    }

    /** Whatever comes in, the answer is a count or a refusal with a reason, and what is stored is well-formed. */
    @RepeatedTest(300)
    void receive_survivesMutatedRequests(RepetitionInfo seed) {
        var random = new Random(seed.getCurrentRepetition());
        byte[] bytes = request(
                series(
                        labels("__name__", "http_requests_total", "job", "api", "code", "200"),
                        sample(T, 1),
                        sample(T, 2)),
                series(labels("__name__", "up", "job", "api"), List.of(sample(T, Staleness.MARKER)), 2));
        for (int i = 0; i < 20; i++) {
            byte[] mutated = mutate(bytes, random);
            check(send(receiver, random.nextInt(4) == 0 ? mutate(snappy(mutated), random) : snappy(mutated)));
        }
        for (var stored : Stored.in(log)) {
            assertThat(stored.series().metric()).isNotEmpty();
            assertThat(stored.timeMillis()).isBetween(T - 86_400_000, T + 600_000);
        }
        assertThat(meters.get("tocsin.ingest.in.flight.bytes").gauge().value()).isZero();
    }

    private static void check(CompletableFuture<Accepted> answer) {
        if (answer.isCompletedExceptionally()) {
            assertThat(rejected(answer).getMessage()).isNotBlank();
        } else {
            assertThat(answer).isCompleted();
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = switch (random.nextInt(3)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(20));
            default -> bytes.clone();
        };
        for (int i = random.nextInt(6); i > 0 && mutated.length > 0; i--) {
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
        }
        return mutated;
    }
}
