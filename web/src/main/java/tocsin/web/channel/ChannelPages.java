package tocsin.web.channel;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tocsin.access.Role;
import tocsin.notify.Channel;
import tocsin.notify.ChannelStore;
import tocsin.notify.Delivery;
import tocsin.notify.Notifier;
import tocsin.notify.Outbox;
import tocsin.rule.Severity;
import tocsin.web.page.Notice;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.web.page.Viewer;

/** The ways to reach people: listed, added, changed, tried out. Secrets go in and never come out. */
@PageController
class ChannelPages {
    private static final int LOOKED_AT = 500;

    private final ChannelStore channels;
    private final Map<String, Notifier> notifiers;
    private final List<Notifier> inOrder;
    private final ChannelTester tester;
    private final Outbox outbox;
    private final Viewer viewer;

    ChannelPages(ChannelStore channels, List<Notifier> notifiers, ChannelTester tester, Outbox outbox, Viewer viewer) {
        this.channels = channels;
        this.inOrder = List.copyOf(notifiers);
        this.notifiers = notifiers.stream().collect(Collectors.toMap(Notifier::type, Function.identity()));
        this.tester = tester;
        this.outbox = outbox;
        this.viewer = viewer;
    }

    /** A channel with what it sent last, if that was lately. */
    record Row(Channel channel, Optional<Outbox.Entry> last) {}

    @GetMapping("/channels")
    String list(Model model) {
        List<Outbox.Entry> latest = outbox.latest(LOOKED_AT);
        model.addAttribute(
                "rows",
                channels.all().stream()
                        .map(channel -> new Row(channel, last(channel, latest)))
                        .toList());
        model.addAttribute("types", inOrder.stream().map(Notifier::type).toList());
        return "channel/list";
    }

    private static Optional<Outbox.Entry> last(Channel channel, List<Outbox.Entry> latest) {
        return latest.stream()
                .filter(sent -> sent.message().channel().equals(channel.name()))
                .findFirst();
    }

    @GetMapping("/channels/new")
    ModelAndView fresh(@RequestParam(defaultValue = "") String type) {
        viewer.require(Role.ADMIN);
        String chosen = type.isEmpty() ? inOrder.getFirst().type() : type;
        return page(ChannelForm.fresh(chosen), notifier(chosen), List.of());
    }

    @GetMapping("/channels/{name}")
    ModelAndView edit(@PathVariable String name) {
        viewer.require(Role.ADMIN);
        var channel = find(name);
        return page(ChannelForm.of(channel), notifier(channel.type()), List.of());
    }

    @PostMapping("/channels")
    Object save(@RequestParam Map<String, String> sent, RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        var saved = sent.containsKey("existing")
                ? Optional.of(find(sent.getOrDefault("name", "")))
                : Optional.<Channel>empty();
        var notifier = notifier(saved.map(Channel::type).orElse(sent.getOrDefault("type", "")));
        var form = ChannelForm.sent(sent, notifier, saved);
        List<String> problems = form.problems(notifier);
        if (problems.isEmpty() && saved.isEmpty() && channels.find(form.name()).isPresent()) {
            problems = List.of("there is a channel " + form.name() + " already");
        }
        if (!problems.isEmpty()) {
            var page = page(form, notifier, problems);
            page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
            return page;
        }
        channels.save(form.channel(), viewer.name());
        Notice.good(redirect, "Channel %s is saved. Send a test to see that it works.".formatted(form.name()));
        return "redirect:/channels";
    }

    @PostMapping("/channels/{name}/test")
    String test(@PathVariable String name, RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        var channel = find(name);
        String link = ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/channels")
                .toUriString();
        var delivery = tester.test(channel, viewer.name(), link);
        String told = "Test of " + channel.name() + ": " + ChannelTester.outcome(delivery);
        if (delivery instanceof Delivery.Delivered) {
            Notice.good(redirect, told);
        } else {
            Notice.bad(redirect, told);
        }
        return "redirect:/channels";
    }

    @PostMapping("/channels/{name}/delete")
    String delete(@PathVariable String name, RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        var channel = find(name);
        channels.delete(channel.name(), viewer.name());
        Notice.good(redirect, "Channel " + channel.name() + " is deleted.");
        return "redirect:/channels";
    }

    private ModelAndView page(ChannelForm form, Notifier notifier, List<String> problems) {
        var page = new ModelAndView("channel/edit");
        page.addObject("form", form);
        page.addObject("fields", form.fields(notifier));
        page.addObject("problems", problems);
        page.addObject("types", inOrder.stream().map(Notifier::type).toList());
        page.addObject("severities", List.of(Severity.values()).reversed());
        page.addObject(
                "levels", IntStream.rangeClosed(0, Channel.MAX_LEVEL).boxed().toList());
        return page;
    }

    private Channel find(String name) {
        return channels.find(name).orElseThrow(Problems.missing("There is no channel " + name + "."));
    }

    private Notifier notifier(String type) {
        return Optional.ofNullable(notifiers.get(type))
                .orElseThrow(() -> Problems.bad("There is no channel of type \"" + type + "\"."));
    }
}
