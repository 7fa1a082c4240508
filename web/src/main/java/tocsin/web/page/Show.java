package tocsin.web.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** How times, durations and values read on a page. The browser turns exact times into the viewer's zone. */
@Component("show")
public class Show {
    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;

    public Show(InstantSource clock) {
        this.clock = clock;
    }

    /** The exact time, to the second, for those whose browser does not tell it in their zone. */
    public String exact(Instant at) {
        return EXACT.format(at);
    }

    /** {@code 3 min ago}, {@code in 40 s}, {@code just now}. */
    public String age(Instant at) {
        var age = Duration.between(at, clock.instant());
        if (age.abs().toSeconds() < 2) {
            return "just now";
        }
        return age.isNegative() ? "in " + duration(age.negated()) : duration(age) + " ago";
    }

    /** How long ago, without the word, for a column that is headed so. */
    public String since(Instant at) {
        var age = Duration.between(at, clock.instant());
        return age.isNegative() ? "0 s" : duration(age);
    }

    public String between(Instant from, Instant to) {
        return duration(Duration.between(from, to));
    }

    /** The two greatest units at most: {@code 480 ms}, {@code 12 s}, {@code 3 min}, {@code 2 h 5 min}, {@code 4 d}. */
    public String duration(Duration duration) {
        var positive = duration.abs();
        if (positive.compareTo(Duration.ofSeconds(1)) < 0) {
            return positive.toMillis() + " ms";
        }
        if (positive.compareTo(Duration.ofSeconds(10)) < 0) {
            return number(Math.round(positive.toMillis() / 100.0) / 10.0) + " s";
        }
        if (positive.compareTo(Duration.ofMinutes(2)) < 0) {
            return positive.toSeconds() + " s";
        }
        if (positive.compareTo(Duration.ofHours(1)) < 0) {
            return positive.toMinutes() + " min";
        }
        if (positive.compareTo(Duration.ofDays(1)) < 0) {
            return twoUnits(positive.toHours(), "h", positive.toMinutesPart(), "min");
        }
        return twoUnits(positive.toDays(), "d", positive.toHoursPart(), "h");
    }

    private static String twoUnits(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 || large >= 10
                ? large + " " + largeUnit
                : "%d %s %d %s".formatted(large, largeUnit, small, smallUnit);
    }

    /** At most four significant digits, without needless zeros. */
    public String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        }
        if (value == 0) {
            return "0";
        }
        if (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-6) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
        if (Math.abs(value) >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value).replace(',', '\u202f');
        }
        return new BigDecimal(value)
                .round(new MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** A count, with narrow spaces between thousands. */
    public String count(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202f');
    }

    /** {@code 1 series}, {@code 3 rules}. */
    public String count(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }

    /** A value with the unit that the metric's name tells, as Prometheus names metrics. */
    public String value(String metric, double value) {
        if (!Double.isFinite(value)) {
            return number(value);
        }
        return switch (unit(metric)) {
            case "seconds" -> seconds(value);
            case "milliseconds" -> seconds(value / 1000);
            case "bytes" -> bytes(value);
            case "ratio" -> number(Math.round(value * 10_000) / 100.0) + " %";
            default -> number(value);
        };
    }

    /** A value as a rule computed it: a count or a rate is not in the metric's own unit. */
    public String value(String metric, String expression, double value) {
        if (expression.startsWith("count") || expression.startsWith("absent")) {
            return number(value);
        }
        return expression.startsWith("rate") ? value(metric, value) + "/s" : value(metric, value);
    }

    /** {@code seconds}, {@code milliseconds}, {@code bytes}, {@code ratio}, or empty when the name does not tell. */
    public String unit(String metric) {
        String name = metric.replaceFirst("_(total|sum|avg|max|min|p\\d+)$", "");
        if (name.endsWith("_milliseconds") || name.endsWith("_ms") || name.endsWith("_millis")) {
            return "milliseconds";
        }
        if (name.endsWith("_seconds")) {
            return "seconds";
        }
        if (name.endsWith("_bytes")) {
            return "bytes";
        }
        return name.endsWith("_ratio") || name.endsWith("_utilization") ? "ratio" : "";
    }

    private String seconds(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0 s";
        }
        if (size < 0.001) {
            return number(value * 1e6) + " µs";
        }
        if (size < 1) {
            return number(value * 1000) + " ms";
        }
        return size < 120
                ? number(value) + " s"
                : (value < 0 ? "−" : "") + duration(Duration.ofSeconds(Math.round(size)));
    }

    private String bytes(double value) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double rest = value;
        int unit = 0;
        while (Math.abs(rest) >= 1024 && unit < units.length - 1) {
            rest /= 1024;
            unit++;
        }
        return number(
                        unit == 0
                                ? rest
                                : new BigDecimal(rest).round(new MathContext(3)).doubleValue()) + " " + units[unit];
    }
}
