package tocsin.flowable;

import java.time.InstantSource;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import org.flowable.common.engine.impl.runtime.Clock;

/** The engine's clock, which follows ours. It cannot be set from within the engine. */
final class InstantClock implements Clock {
    private static final TimeZone UTC = TimeZone.getTimeZone("UTC");

    private final InstantSource source;

    InstantClock(InstantSource source) {
        this.source = source;
    }

    @Override
    public Date getCurrentTime() {
        return Date.from(source.instant());
    }

    @Override
    public Calendar getCurrentCalendar() {
        return getCurrentCalendar(UTC);
    }

    @Override
    public Calendar getCurrentCalendar(TimeZone zone) {
        var calendar = new GregorianCalendar(zone);
        calendar.setTime(getCurrentTime());
        return calendar;
    }

    @Override
    public TimeZone getCurrentTimeZone() {
        return UTC;
    }

    @Override
    public void setCurrentTime(Date time) {
        throw new UnsupportedOperationException("the engine follows the clock that it was given");
    }

    @Override
    public void setCurrentCalendar(Calendar time) {
        throw new UnsupportedOperationException("the engine follows the clock that it was given");
    }

    @Override
    public void reset() {
        // there is nothing to go back to: time is read anew each time
    }
}
