package tocsin.engine.log;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes old segments, oldest first, and never one that a consumer still needs. */
final class Retention {
    private static final Logger logger = LoggerFactory.getLogger(Retention.class);

    private final SegmentCatalog catalog;
    private final ConsumerPositions consumers;
    private final Duration maxAge;
    private final long maxBytes;

    Retention(SegmentCatalog catalog, ConsumerPositions consumers, SegmentFileLogSettings settings) {
        this.catalog = catalog;
        this.consumers = consumers;
        this.maxAge = settings.maxAge();
        this.maxBytes = settings.maxBytes();
    }

    /** Remove what is older than the maximum age. */
    void removeAged(Instant now) {
        long limit = now.minus(maxAge).toEpochMilli();
        boolean more = true;
        while (more) {
            more = remove(oldest -> isUnneeded(oldest) && oldest.endedBeforeMillis() < limit);
        }
    }

    /**
     * Make room for bytes that come to those that are durable. Younger segments go as well, when nobody needs them.
     *
     * @return whether there is room now
     */
    boolean makeRoom(long bytes) {
        boolean more = true;
        while (more && catalog.totalBytes() + bytes > maxBytes) {
            more = remove(this::isUnneeded);
        }
        return catalog.totalBytes() + bytes <= maxBytes;
    }

    private boolean isUnneeded(SegmentCatalog.Oldest oldest) {
        return oldest.end() <= consumers.earliest().orElse(Long.MAX_VALUE);
    }

    private boolean remove(Predicate<SegmentCatalog.Oldest> condition) {
        @Nullable Segment removed = catalog.removeOldest(condition);
        if (removed == null) {
            return false;
        }
        try {
            Files.deleteIfExists(removed.file()); // readers that are in it read on until its end
        } catch (IOException e) {
            logger.warn("The log segment {} cannot be deleted; the next start tries again", removed.file(), e);
        }
        return true;
    }
}
