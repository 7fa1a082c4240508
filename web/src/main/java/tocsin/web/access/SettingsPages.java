package tocsin.web.access;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tocsin.access.AccessStore;
import tocsin.access.ApiToken;
import tocsin.access.Role;
import tocsin.web.page.Notice;
import tocsin.web.page.PageController;
import tocsin.web.page.Problems;
import tocsin.web.page.Viewer;

/** Accounts and API tokens, for admins; everybody can change their own password. */
@PageController
class SettingsPages {
    private static final Map<ApiToken.Scope, String> SCOPES = scopes();

    private final AccessStore access;
    private final Accounts accounts;
    private final Tokens tokens;
    private final Viewer viewer;

    SettingsPages(AccessStore access, Accounts accounts, Tokens tokens, Viewer viewer) {
        this.access = access;
        this.accounts = accounts;
        this.tokens = tokens;
        this.viewer = viewer;
    }

    private static Map<ApiToken.Scope, String> scopes() {
        var scopes = new EnumMap<ApiToken.Scope, String>(ApiToken.Scope.class);
        scopes.put(ApiToken.Scope.INGEST, "send signals in");
        scopes.put(ApiToken.Scope.READ, "read alerts, rules and metrics");
        scopes.put(ApiToken.Scope.RESPOND, "acknowledge and resolve");
        scopes.put(ApiToken.Scope.RULES, "write and publish rules");
        scopes.put(ApiToken.Scope.ADMIN, "everything");
        return scopes;
    }

    @GetMapping("/settings")
    String settings(Model model) {
        if (viewer.may(Role.ADMIN.label())) {
            model.addAttribute("accounts", access.accounts());
            model.addAttribute("tokens", access.tokens());
            model.addAttribute("roles", List.of(Role.values()));
            model.addAttribute("scopes", SCOPES);
        }
        return "access/settings";
    }

    @PostMapping("/settings/password")
    String password(@RequestParam String password, @RequestParam String repeated, RedirectAttributes redirect) {
        viewer.require(Role.VIEWER);
        return change(redirect, "Your password is changed.", () -> {
            if (!password.equals(repeated)) {
                throw new IllegalArgumentException("the two passwords are not the same");
            }
            accounts.setPassword(viewer.name(), password, viewer.name());
        });
    }

    @PostMapping("/settings/accounts")
    String addAccount(
            @RequestParam String name,
            @RequestParam String password,
            @RequestParam Role role,
            RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        String told = "Account " + name.strip() + " is added. Tell them their password yourself.";
        return change(redirect, told, () -> accounts.add(name.strip(), password, role, viewer.name()));
    }

    @PostMapping("/settings/accounts/{name}")
    String changeAccount(
            @PathVariable String name,
            @RequestParam Role role,
            @RequestParam(defaultValue = "false") boolean enabled,
            RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        return change(
                redirect,
                "Account " + name + " is changed.",
                () -> accounts.change(name, role, enabled, viewer.name()));
    }

    @PostMapping("/settings/accounts/{name}/password")
    String setPassword(@PathVariable String name, @RequestParam String password, RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        return change(
                redirect,
                "The password of " + name + " is changed.",
                () -> accounts.setPassword(name, password, viewer.name()));
    }

    @PostMapping("/settings/tokens")
    String addToken(
            @RequestParam String name,
            @RequestParam(defaultValue = "") Set<ApiToken.Scope> scopes,
            @RequestParam(defaultValue = "0") int days,
            RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        return change(redirect, "", () -> {
            var granted = EnumSet.noneOf(ApiToken.Scope.class);
            granted.addAll(scopes);
            redirect.addFlashAttribute("created", tokens.create(name, granted, validity(days), viewer.name()));
        });
    }

    private static @Nullable Duration validity(int days) {
        return days == 0 ? null : Duration.ofDays(days);
    }

    @PostMapping("/settings/tokens/{id}/revoke")
    String revoke(@PathVariable String id, RedirectAttributes redirect) {
        viewer.require(Role.ADMIN);
        boolean was = access.deleteToken(id, viewer.name());
        Notice.good(
                redirect, was ? "Token " + id + " is revoked. It does not work any more." : "It was revoked before.");
        return "redirect:/settings";
    }

    private static String change(RedirectAttributes redirect, String done, Runnable change) {
        try {
            change.run();
            if (!done.isEmpty()) {
                Notice.good(redirect, done);
            }
        } catch (IllegalArgumentException refused) {
            Notice.bad(redirect, "Not done: " + refused.getMessage() + ".");
        } catch (NoSuchElementException missing) {
            throw Problems.missing(missing.getMessage() + ".").get();
        }
        return "redirect:/settings";
    }
}
