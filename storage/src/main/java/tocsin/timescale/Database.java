package tocsin.timescale;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import com.zaxxer.hikari.pool.HikariPool;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.persistence.EntityManagerFactory;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.hibernate.cfg.AvailableSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The way to one PostgreSQL database: its connections, its tables brought up to date, and the one transaction manager
 * that JDBC, JPA and whatever else uses {@link #dataSource} share.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final HikariDataSource dataSource;
    private final StorageEdition edition;
    private final LocalContainerEntityManagerFactoryBean entities;
    private final JpaTransactionManager transactions;

    private Database(
            HikariDataSource dataSource, StorageEdition edition, LocalContainerEntityManagerFactoryBean entities) {
        this.dataSource = dataSource;
        this.edition = edition;
        this.entities = entities;
        transactions = new JpaTransactionManager(entityManagerFactory());
        transactions.afterPropertiesSet();
    }

    /**
     * Connect, and bring the tables up to date.
     *
     * @throws StorageException when the database cannot be reached or used, with a sentence for whoever started Tocsin
     */
    public static Database open(DatabaseSettings settings, MeterRegistry meters) {
        HikariDataSource dataSource = connect(settings, meters);
        boolean opened = false;
        try {
            StorageEdition edition = detect(dataSource);
            LOG.info("storage: {}", edition.describe());
            migrate(dataSource);
            var database = new Database(dataSource, edition, entities(dataSource));
            opened = true;
            return database;
        } finally {
            if (!opened) {
                dataSource.close();
            }
        }
    }

    /** A bounded pool. A call fails within the connect timeout when the database is away. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** Spans JPA, spring-jdbc and every library that takes its connections from {@link #dataSource} through Spring. */
    public PlatformTransactionManager transactionManager() {
        return transactions;
    }

    public StorageEdition edition() {
        return edition;
    }

    EntityManagerFactory entityManagerFactory() {
        EntityManagerFactory factory = entities.getObject();
        if (factory == null) {
            throw new IllegalStateException("the entity manager factory was not built");
        }
        return factory;
    }

    @Override
    public void close() {
        entities.destroy();
        dataSource.close();
    }

    private static HikariDataSource connect(DatabaseSettings settings, MeterRegistry meters) {
        var config = new HikariConfig();
        config.setPoolName("tocsin");
        config.setJdbcUrl(settings.url());
        if (!settings.user().isEmpty()) {
            config.setUsername(settings.user());
        }
        if (!settings.password().isEmpty()) {
            config.setPassword(settings.password());
        }
        config.setMaximumPoolSize(settings.maxConnections());
        config.setMinimumIdle(2);
        config.setConnectionTimeout(settings.connectTimeout().toMillis());
        config.setValidationTimeout(Math.min(1000, settings.connectTimeout().toMillis()));
        config.setInitializationFailTimeout(5_000);
        config.setKeepaliveTime(30_000);
        config.setConnectionInitSql("SET TIME ZONE 'UTC'"); // bounds of partitions follow it
        config.addDataSourceProperty("ApplicationName", "tocsin");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty(
                "connectTimeout", Math.max(1, settings.connectTimeout().toSeconds()));
        config.addDataSourceProperty("socketTimeout", settings.socketTimeout().toSeconds());
        config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(meters));
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw new StorageException(
                    "The database at " + settings.place() + " cannot be used: " + rootMessage(e)
                            + " Check TOCSIN_DATABASE_URL, TOCSIN_DATABASE_USER and TOCSIN_DATABASE_PASSWORD.",
                    e);
        }
    }

    private static StorageEdition detect(DataSource dataSource) {
        try (var connection = dataSource.getConnection()) {
            return StorageEdition.detect(connection);
        } catch (SQLException e) {
            throw new StorageException("The database does not answer: " + e.getMessage(), e);
        }
    }

    private static void migrate(DataSource dataSource) {
        try {
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(dataSource)
                    .locations("classpath:db/migration")
                    .cleanDisabled(true)
                    .placeholderReplacement(false)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new StorageException(
                    "The tables of the database could not be brought up to date: " + e.getMessage()
                            + " Use an empty database, or the Tocsin version that wrote this one.",
                    e);
        }
    }

    private static LocalContainerEntityManagerFactoryBean entities(DataSource dataSource) {
        var factory = new LocalContainerEntityManagerFactoryBean();
        factory.setPersistenceUnitName("tocsin");
        factory.setDataSource(dataSource);
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setManagedTypes(PersistenceManagedTypes.of(
                AccountEntity.class.getName(), ApiTokenEntity.class.getName(), ChannelEntity.class.getName()));
        factory.setJpaPropertyMap(Map.of(
                AvailableSettings.HBM2DDL_AUTO, "validate",
                AvailableSettings.JDBC_TIME_ZONE, "UTC",
                AvailableSettings.USE_SECOND_LEVEL_CACHE, false,
                AvailableSettings.USE_QUERY_CACHE, false,
                AvailableSettings.JAKARTA_VALIDATION_MODE, "none"));
        factory.afterPropertiesSet();
        return factory;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).strip();
        return message.endsWith(".") ? message : message + ".";
    }
}
