// The keyboard, as the dialog behind "?" lists it.
const GO = { o: "/", a: "/alerts", r: "/rules", m: "/metrics" };
let going = 0;

export function keys() {
  const help = document.getElementById("keys");
  document.querySelector(".keys-button")?.addEventListener("click", () => help?.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (press(event.key, help)) event.preventDefault();
  });
}

function press(key, help) {
  if (Date.now() - going < 1500 && GO[key]) {
    location.assign(GO[key]);
    return true;
  }
  going = 0;
  switch (key) {
    case "/":
      return focus("[data-search]");
    case "a":
      return focus("#act [data-note]");
    case "j":
      return step(1);
    case "k":
      return step(-1);
    case "g":
      going = Date.now();
      return true;
    case "?":
      help?.showModal();
      return true;
    default:
      return false;
  }
}

function focus(selector) {
  const field = document.querySelector(selector);
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] .row-link")];
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
  return true;
}
