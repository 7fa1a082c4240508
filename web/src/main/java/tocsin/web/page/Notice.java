package tocsin.web.page;

import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * What became of a change, told once on the page that follows it.
 *
 * @param tone {@code good}, {@code bad} or {@code plain}
 */
public record Notice(String tone, String text) {
    /** The change was made. */
    public static void good(RedirectAttributes to, String text) {
        to.addFlashAttribute("notice", new Notice("good", text));
    }

    /** The change was refused, or failed. */
    public static void bad(RedirectAttributes to, String text) {
        to.addFlashAttribute("notice", new Notice("bad", text));
    }
}
