package tocsin.engine.log;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;
import tocsin.signal.SignalLog;
import tocsin.signal.SignalLogContract;

class SegmentFileLogTest extends SignalLogContract {
    @TempDir
    private Path directory;

    @Override
    protected SignalLog open(InstantSource clock) {
        var settings = Settings.in(directory).syncInterval(Duration.ZERO);
        return SegmentFileLog.open(settings.build(), clock, new SimpleMeterRegistry());
    }
}
