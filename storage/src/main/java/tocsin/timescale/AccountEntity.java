package tocsin.timescale;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;
import tocsin.access.Account;
import tocsin.access.Role;

@Entity
@Table(name = "account")
@NullUnmarked // Hibernate fills the fields
class AccountEntity {
    @Id
    private String name;

    @Column(name = "password_hash")
    private String passwordHash;

    @Enumerated(EnumType.STRING)
    @JdbcTypeCode(SqlTypes.VARCHAR)
    private Role role;

    private boolean enabled;

    protected AccountEntity() {}

    AccountEntity(Account account) {
        name = account.name();
        passwordHash = account.passwordHash();
        role = account.role();
        enabled = account.enabled();
    }

    Account toAccount() {
        return new Account(name, passwordHash, role, enabled);
    }
}
