package tocsin.web.access;

import org.springframework.web.bind.annotation.GetMapping;
import tocsin.web.page.PageController;
import tocsin.web.page.Viewer;

/** Where people sign in; Spring Security answers the form. */
@PageController
class LoginPage {
    private final Viewer viewer;

    LoginPage(Viewer viewer) {
        this.viewer = viewer;
    }

    @GetMapping("/login")
    String login() {
        return viewer.signedIn() ? "redirect:/" : "access/login";
    }
}
