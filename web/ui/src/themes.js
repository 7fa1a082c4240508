// The button goes round: as the system, light, dark.
const NAMES = { "": "as the system", light: "light", dark: "dark" };

export function themes() {
  const button = document.querySelector(".theme-button");
  if (!button) {
    return;
  }
  const root = document.documentElement;
  const name = () => {
    button.setAttribute("aria-label", `Colours: ${NAMES[root.dataset.theme ?? ""]}`);
    button.title = button.getAttribute("aria-label");
  };
  button.addEventListener("click", () => {
    const next = { undefined: "light", light: "dark", dark: "" }[root.dataset.theme];
    if (next) {
      root.dataset.theme = next;
    } else {
      delete root.dataset.theme;
    }
    try {
      localStorage.setItem("tocsin.theme", next);
    } catch {
      // then it holds for this page only
    }
    name();
    document.dispatchEvent(new Event("tocsin:theme"));
  });
  name();
}
