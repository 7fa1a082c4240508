package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class TimescaleSampleStorageTest extends SampleStorageContract {
    @Override
    Database openDatabase() {
        return Database.open(TestDatabases.emptyTimescale(), new SimpleMeterRegistry());
    }

    @Test
    void theTableIsAHypertable() {
        assertThat(database.edition().kind()).isNotEqualTo(StorageEdition.Kind.PLAIN);
        assertThat(jdbc.sql("SELECT layout FROM storage_layout")
                        .query(String.class)
                        .single())
                .isEqualTo("hypertable");
    }
}
