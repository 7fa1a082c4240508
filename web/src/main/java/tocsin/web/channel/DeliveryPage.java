package tocsin.web.channel;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tocsin.notify.Outbox;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;

/** What was sent lately, and what the providers answered. */
@PageController
class DeliveryPage {
    private static final int LOOKED_AT = 500;
    private static final int MAX_ROWS = 200;
    private static final List<String> OUTCOMES = List.of("all", "waiting", "delivered", "failed", "dropped");

    private final Outbox outbox;

    DeliveryPage(Outbox outbox) {
        this.outbox = outbox;
    }

    @GetMapping("/deliveries")
    String list(
            @RequestParam(defaultValue = "all") String outcome,
            @RequestParam(defaultValue = "") String channel,
            Model model) {
        if (!OUTCOMES.contains(outcome)) {
            throw Problems.bad("The outcome is one of " + String.join(", ", OUTCOMES) + ".");
        }
        List<Outbox.Entry> latest = outbox.latest(LOOKED_AT);
        model.addAttribute("outcomes", OUTCOMES);
        model.addAttribute("outcome", outcome);
        model.addAttribute("channel", channel);
        model.addAttribute(
                "channels",
                latest.stream().map(sent -> sent.message().channel()).collect(Collectors.toCollection(TreeSet::new)));
        model.addAttribute("waiting", outbox.waiting());
        model.addAttribute(
                "records",
                latest.stream()
                        .filter(sent -> outcome.equals("all") || word(sent).equals(outcome))
                        .filter(sent ->
                                channel.isEmpty() || sent.message().channel().equals(channel))
                        .limit(MAX_ROWS)
                        .toList());
        return "channel/deliveries";
    }

    private static String word(Outbox.Entry sent) {
        var outcome = sent.outcome();
        return switch (outcome) {
            case null -> "waiting";
            case DELIVERED -> "delivered";
            case FAILED -> "failed";
            case DROPPED -> "dropped";
        };
    }
}
