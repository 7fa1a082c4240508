package tocsin.timescale;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainSampleStorageTest extends SampleStorageContract {
    @Override
    Database openDatabase() {
        return TestDatabases.embedded();
    }

    @Test
    void theEditionIsPlain() {
        assertThat(database.edition().kind()).isEqualTo(StorageEdition.Kind.PLAIN);
        assertThat(jdbc.sql("SELECT layout FROM storage_layout")
                        .query(String.class)
                        .single())
                .isEqualTo("partitions");
    }
}
