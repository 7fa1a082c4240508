package tocsin.notify;

import java.util.List;
import java.util.Optional;

/** Keeps channels; their secret settings are encrypted at rest. Safe for concurrent use. */
public interface ChannelStore {
    void save(Channel channel, String author);

    /** Returns whether there was one. */
    boolean delete(String name, String author);

    Optional<Channel> find(String name);

    /** All channels, by name. */
    List<Channel> all();
}
