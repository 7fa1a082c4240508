package tocsin.timescale;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import tocsin.notify.Channel;
import tocsin.rule.Severity;

/** A channel, its settings in two parts: the open ones as text, the secret ones sealed. */
@Entity
@Table(name = "channel")
@NullUnmarked // Hibernate fills the fields
class ChannelEntity {
    @Id
    private String name;

    private String type;
    private String settings;
    private byte[] secrets;
    private int level;

    @Column(name = "at_least")
    private String atLeast;

    private boolean enabled;

    protected ChannelEntity() {}

    ChannelEntity(Channel channel, String settings, byte @Nullable [] secrets) {
        name = channel.name();
        type = channel.type();
        this.settings = settings;
        this.secrets = secrets;
        level = channel.level();
        atLeast = channel.atLeast().label();
        enabled = channel.enabled();
    }

    String name() {
        return name;
    }

    String settings() {
        return settings;
    }

    byte @Nullable [] secrets() {
        return secrets;
    }

    Channel toChannel(Map<String, String> allSettings) {
        return new Channel(name, type, allSettings, level, Severity.parse(atLeast), enabled);
    }
}
