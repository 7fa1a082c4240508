package tocsin.timescale;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.access.AuditLog;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;

final class JpaChannelStore implements ChannelStore {
    private static final Logger LOG = LoggerFactory.getLogger(JpaChannelStore.class);

    private final EntityManager entities;
    private final TransactionTemplate transaction;
    private final AuditLog audit;
    private final SecretBox box;
    private final BiPredicate<String, String> secretSetting;

    JpaChannelStore(
            EntityManagerFactory factory,
            TransactionTemplate transaction,
            AuditLog audit,
            SecretBox box,
            BiPredicate<String, String> secretSetting) {
        entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        this.transaction = transaction;
        this.audit = audit;
        this.box = box;
        this.secretSetting = secretSetting;
    }

    @Override
    public void save(Channel channel, String author) {
        var open = new TreeMap<String, String>();
        var secret = new TreeMap<String, String>();
        channel.settings()
                .forEach((name, value) -> (secretSetting.test(channel.type(), name) ? secret : open).put(name, value));
        byte[] sealed = secret.isEmpty() ? null : box.seal(Json.write(secret), context(channel.name()));
        transaction.executeWithoutResult(status -> {
            entities.merge(new ChannelEntity(channel, Json.write(open), sealed));
            audit.record(author, "channel.save", channel.name(), describe(channel));
        });
    }

    @Override
    public boolean delete(String name, String author) {
        return Transactions.execute(transaction, () -> {
            boolean deleted = entities.createQuery("delete from ChannelEntity where name = :name")
                            .setParameter("name", Columns.text(name))
                            .executeUpdate()
                    > 0;
            if (deleted) {
                audit.record(author, "channel.delete", name, "");
            }
            return deleted;
        });
    }

    @Override
    public Optional<Channel> find(String name) {
        return Optional.ofNullable(entities.find(ChannelEntity.class, Columns.text(name)))
                .map(this::toChannel);
    }

    @Override
    public List<Channel> all() {
        return entities.createQuery("from ChannelEntity order by name", ChannelEntity.class).getResultList().stream()
                .map(this::toChannel)
                .toList();
    }

    /** A channel whose secrets cannot be opened comes without them, so that the others go on working. */
    private Channel toChannel(ChannelEntity entity) {
        var settings = new HashMap<>(Json.readMap(entity.settings()));
        byte[] sealed = entity.secrets();
        if (sealed != null) {
            settings.putAll(open(entity.name(), sealed));
        }
        return entity.toChannel(settings);
    }

    private Map<String, String> open(String name, byte[] sealed) {
        try {
            return Json.readMap(box.open(sealed, context(name)));
        } catch (GeneralSecurityException e) {
            LOG.error(
                    "the secrets of channel {} were sealed with another key: put back the secret.key that was used"
                            + " then, or enter the secrets of the channel again",
                    name);
            return Map.of();
        }
    }

    private static String context(String name) {
        return "channel:" + name;
    }

    private static String describe(Channel channel) {
        return "%s, level %d, %s or worse%s"
                .formatted(
                        channel.type(),
                        channel.level(),
                        channel.atLeast().label(),
                        channel.enabled() ? "" : ", disabled");
    }
}
