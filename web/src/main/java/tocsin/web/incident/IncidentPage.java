package tocsin.web.incident;

import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import tocsin.incident.IncidentStore;
import tocsin.web.page.PageController;

/** What people work on together, newest first. */
@PageController
class IncidentPage {
    private static final int MAX_ROWS = 200;

    private final IncidentStore incidents;

    IncidentPage(IncidentStore incidents) {
        this.incidents = incidents;
    }

    @GetMapping("/incidents")
    String list(Model model) {
        model.addAttribute("incidents", incidents.latest(MAX_ROWS));
        return "incident/list";
    }
}
