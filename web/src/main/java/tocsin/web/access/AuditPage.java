package tocsin.web.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tocsin.access.AuditLog;
import tocsin.web.page.PageController;

/** Who changed what. */
@PageController
class AuditPage {
    private static final int LOOKED_AT = 1000;
    private static final int MAX_ROWS = 200;

    private final AuditLog audit;

    AuditPage(AuditLog audit) {
        this.audit = audit;
    }

    @GetMapping("/audit")
    String list(@RequestParam(defaultValue = "") String text, Model model) {
        List<AuditLog.Entry> found = audit.latest(LOOKED_AT).stream()
                .filter(entry -> mentions(entry, text.strip()))
                .toList();
        model.addAttribute("entries", found.subList(0, Math.min(MAX_ROWS, found.size())));
        model.addAttribute("text", text.strip());
        return "access/audit";
    }

    private static boolean mentions(AuditLog.Entry entry, String text) {
        String all = String.join(" ", entry.actor(), entry.action(), entry.subject(), entry.detail())
                .toLowerCase(Locale.ROOT);
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\s+")).allMatch(all::contains);
    }
}
