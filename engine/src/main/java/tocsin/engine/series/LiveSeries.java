package tocsin.engine.series;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tocsin.rule.SeriesView;
import tocsin.rule.Window;
import tocsin.signal.Points;
import tocsin.signal.Series;

/** One series as it is now. Owned by the evaluating thread; others see {@link LiveSeriesSet#catalog copies}. */
public final class LiveSeries implements SeriesView {
    private static final double[] NO_RESULTS = {};

    private final Series series;
    private Plan plan = Plan.NONE;
    private @Nullable SampleRing samples;
    private double[] results = NO_RESULTS;
    private double value;
    private long timeMillis = Long.MIN_VALUE;

    /** When, by the driving clock, a sample came in last. */
    private long arrivedMillis;

    private boolean gone;

    /** Whether time alone cannot change the windows any more. */
    private boolean settled;

    /** The step in which it was noted as changed, so that it is noted once. */
    long notedInStep = -1;

    /** Whether the evaluating side knows it. */
    boolean announced;

    /** Its place in the set's list. */
    int slot;

    LiveSeries(Series series) {
        this.series = series;
    }

    @Override
    public Series series() {
        return series;
    }

    @Override
    public double value() {
        return value;
    }

    @Override
    public long timeMillis() {
        return timeMillis;
    }

    @Override
    public double window(Window window) {
        double[] current = results;
        int index = plan.indexOf(window);
        return index < 0 || index >= current.length ? Double.NaN : current[index]; // another thread may be looking
    }

    /** Whether a window has no value because there are too few samples in it. */
    public boolean lacksData(Window window) {
        return WindowFunctions.isNoData(window(window));
    }

    boolean gone() {
        return gone;
    }

    boolean matched() {
        return plan.matched();
    }

    boolean hasWindows() {
        return plan.size() > 0;
    }

    boolean settled() {
        return settled;
    }

    long arrivedMillis() {
        return arrivedMillis;
    }

    Plan plan() {
        return plan;
    }

    /** Take a sample. Returns whether one was dropped for lack of room. */
    boolean accept(long time, double sample, long now, int limit) {
        arrivedMillis = now;
        settled = false;
        if (time >= timeMillis) {
            timeMillis = time;
            value = sample;
        }
        return samples != null && remember(samples, time, sample, now, limit);
    }

    private boolean remember(SampleRing ring, long time, double sample, long now, int limit) {
        long oldest = now - plan.longestMillis();
        ring.removeUntil(oldest);
        return time > oldest && ring.add(time, sample, limit);
    }

    /** Put older samples under those that are there. */
    void backfill(Points points, long now, int limit) {
        var ring = samples;
        if (ring == null) {
            return;
        }
        var newer = ring.copy();
        for (int i = 0; i < points.size(); i++) {
            remember(ring, points.times()[i], points.values()[i], now, limit);
        }
        for (int i = 0; i < newer.size(); i++) { // what came in live is the newest write
            remember(ring, newer.times()[i], newer.values()[i], now, limit);
        }
        settled = false;
    }

    void use(Plan next, int limit) {
        plan.matched(-1);
        next.matched(1);
        plan = next;
        settled = false;
        if (next.size() == 0) {
            samples = null;
            results = NO_RESULTS;
            return;
        }
        results = new double[next.size()];
        Arrays.fill(results, WindowFunctions.NO_DATA);
        if (samples == null) {
            samples = new SampleRing();
            if (timeMillis != Long.MIN_VALUE) {
                samples.add(timeMillis, value, limit);
            }
        }
    }

    /** Bring the windows up to this instant. */
    void compute(WindowFunctions functions, long now, long deafUntil) {
        var ring = samples;
        if (ring == null) {
            return;
        }
        ring.removeUntil(now - plan.longestMillis());
        for (int i = 0; i < results.length; i++) {
            results[i] = functions.compute(plan.window(i), ring, now, deafUntil);
        }
        settled = ring.size() == 0 && now - plan.longestMillis() >= deafUntil;
    }

    void end() {
        gone = true;
        value = Double.NaN;
        plan.matched(-1);
        plan = Plan.NONE;
        samples = null;
        results = NO_RESULTS;
    }

    @Override
    public String toString() {
        return series + " " + value + " @" + timeMillis;
    }
}
