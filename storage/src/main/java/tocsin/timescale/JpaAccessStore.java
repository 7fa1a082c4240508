package tocsin.timescale;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionTemplate;
import tocsin.access.AccessStore;
import tocsin.access.Account;
import tocsin.access.ApiToken;
import tocsin.access.AuditLog;

final class JpaAccessStore implements AccessStore {
    private final EntityManager entities;
    private final TransactionTemplate transaction;
    private final AuditLog audit;

    JpaAccessStore(EntityManagerFactory factory, TransactionTemplate transaction, AuditLog audit) {
        entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        this.transaction = transaction;
        this.audit = audit;
    }

    @Override
    public Optional<Account> account(String name) {
        return Optional.ofNullable(entities.find(AccountEntity.class, Columns.text(name)))
                .map(AccountEntity::toAccount);
    }

    @Override
    public List<Account> accounts() {
        return entities.createQuery("from AccountEntity order by name", AccountEntity.class).getResultList().stream()
                .map(AccountEntity::toAccount)
                .toList();
    }

    @Override
    public void save(Account account, String author) {
        transaction.executeWithoutResult(status -> {
            entities.merge(new AccountEntity(account));
            String detail = account.role().label() + (account.enabled() ? "" : ", disabled");
            audit.record(author, "account.save", account.name(), detail);
        });
    }

    @Override
    public Optional<ApiToken> tokenByHash(String hash) {
        return entities
                .createQuery("from ApiTokenEntity where hash = :hash", ApiTokenEntity.class)
                .setParameter("hash", Columns.text(hash))
                .getResultList()
                .stream()
                .map(ApiTokenEntity::toToken)
                .findFirst();
    }

    @Override
    public List<ApiToken> tokens() {
        return entities
                .createQuery("from ApiTokenEntity order by createdAt, id", ApiTokenEntity.class)
                .getResultList()
                .stream()
                .map(ApiTokenEntity::toToken)
                .toList();
    }

    @Override
    public void save(ApiToken token, String author) {
        transaction.executeWithoutResult(status -> {
            entities.merge(new ApiTokenEntity(token));
            audit.record(author, "token.save", token.id(), token.name() + " " + token.scopes());
        });
    }

    @Override
    public boolean deleteToken(String id, String author) {
        return Transactions.execute(transaction, () -> {
            boolean deleted = entities.createQuery("delete from ApiTokenEntity where id = :id")
                            .setParameter("id", Columns.text(id))
                            .executeUpdate()
                    > 0;
            if (deleted) {
                audit.record(author, "token.delete", id, "");
            }
            return deleted;
        });
    }

    @Override
    public void touchToken(String id, Instant usedAt) {
        transaction.executeWithoutResult(status -> entities.createQuery("""
                        update ApiTokenEntity set lastUsedAt = :usedAt
                        where id = :id and (lastUsedAt is null or lastUsedAt < :usedAt)
                        """)
                .setParameter("id", Columns.text(id))
                .setParameter("usedAt", usedAt)
                .executeUpdate());
    }
}
