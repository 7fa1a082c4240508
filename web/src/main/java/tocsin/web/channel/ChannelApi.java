package tocsin.web.channel;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Delivery;
import tocsin.notify.Notifier;
import tocsin.rule.Severity;

/** Channels for machines. */
@RestController
@RequestMapping("/api/v1/channels")
@Tag(name = "Channels")
class ChannelApi {
    private static final String HIDDEN = "(secret)";

    private final ChannelStore channels;
    private final ChannelTester tester;
    private final Map<String, Notifier> notifiers;

    ChannelApi(ChannelStore channels, ChannelTester tester, List<Notifier> notifiers) {
        this.channels = channels;
        this.tester = tester;
        this.notifiers = notifiers.stream().collect(Collectors.toMap(Notifier::type, notifier -> notifier));
    }

    /**
     * A channel as it is sent in.
     *
     * @param level at which step of an escalation it is told, 1 unless said otherwise
     * @param severity told of this severity or worse only, {@code low} unless said otherwise
     */
    record Wanted(
            String type,
            @Nullable Map<String, String> settings,
            @Nullable Integer level,
            @Nullable String severity,
            @Nullable Boolean enabled) {}

    /** A channel as it is shown: secrets are hidden. */
    record View(String name, String type, Map<String, String> settings, int level, String severity, boolean enabled) {}

    /** What became of a test message. */
    record Tested(boolean delivered, String detail) {}

    @GetMapping
    List<View> list() {
        return channels.all().stream().map(this::view).toList();
    }

    @GetMapping("/{name}")
    View one(@PathVariable String name) {
        return view(channel(name));
    }

    @Operation(summary = "Make or replace a channel", description = "Replaces every setting, secrets included.")
    @PutMapping("/{name}")
    View save(@PathVariable String name, @RequestBody Wanted wanted, Principal caller) {
        var channel = new Channel(
                name,
                notifier(wanted.type()).type(),
                Objects.requireNonNullElse(wanted.settings(), Map.of()),
                Objects.requireNonNullElse(wanted.level(), 1),
                wanted.severity() == null ? Severity.LOW : Severity.parse(wanted.severity()),
                Objects.requireNonNullElse(wanted.enabled(), true));
        var problems = notifier(channel.type()).problems(channel.settings());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        channels.save(channel, caller.getName());
        return view(channel);
    }

    @DeleteMapping("/{name}")
    ResponseEntity<Void> delete(@PathVariable String name, Principal caller) {
        if (!channels.delete(name, caller.getName())) {
            throw unknown(name);
        }
        return ResponseEntity.noContent().build();
    }

    @Operation(summary = "Send a test message and say what the provider answered")
    @PostMapping("/{name}/test")
    ResponseEntity<Tested> test(@PathVariable String name, Principal caller, UriComponentsBuilder here) {
        String link = here.path("/channels").toUriString();
        return switch (tester.test(channel(name), caller.getName(), link)) {
            case Delivery.Delivered delivered -> ResponseEntity.ok(new Tested(true, delivered.providerId()));
            case Delivery.Retry retry -> ResponseEntity.status(502).body(new Tested(false, retry.cause()));
            case Delivery.Rejected rejected -> ResponseEntity.status(502).body(new Tested(false, rejected.cause()));
        };
    }

    private Channel channel(String name) {
        return channels.find(name).orElseThrow(() -> unknown(name));
    }

    private static NoSuchElementException unknown(String name) {
        return new NoSuchElementException("there is no channel \"" + name + "\"");
    }

    private Notifier notifier(@Nullable String type) {
        var notifier = type == null ? null : notifiers.get(type);
        if (notifier == null) {
            throw new IllegalArgumentException("channel type \"" + type + "\" is not known; use one of "
                    + notifiers.keySet().stream().sorted().collect(Collectors.joining(", ")));
        }
        return notifier;
    }

    private View view(Channel channel) {
        var shown = new TreeMap<>(channel.settings());
        var notifier = notifiers.get(channel.type());
        if (notifier != null) {
            notifier.settings().stream()
                    .filter(Notifier.Setting::secret)
                    .forEach(secret -> shown.replace(secret.name(), HIDDEN));
        }
        return new View(
                channel.name(),
                channel.type(),
                shown,
                channel.level(),
                channel.atLeast().label(),
                channel.enabled());
    }
}
