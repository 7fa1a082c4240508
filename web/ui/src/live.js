// Live pages: the server says that something has changed, the page fetches itself and takes over what is new.
// The server draws; there is no second set of templates here.
import { Idiomorph } from "idiomorph";

let fetching = false;
let again = null;
let stale = false;

export function follow(drawn) {
  if (!document.querySelector("[data-live]") || !window.EventSource) return;
  const refresh = (everything) => {
    if (document.hidden) {
      stale = true;
    } else {
      update(everything, drawn);
    }
  };
  let source;
  const open = () => {
    source = new EventSource("/live");
    source.addEventListener("alerts", () => refresh(true));
    source.addEventListener("tick", () => refresh(false));
    source.addEventListener("error", () => {
      // a refused stream is not tried again by the browser
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 15_000);
    });
  };
  open();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && stale) {
      stale = false;
      update(true, drawn);
    }
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}

/** One at a time; what comes in between makes it run once more. */
async function update(everything, drawn) {
  if (fetching) {
    again = again || everything;
    return;
  }
  fetching = true;
  try {
    await replace(everything);
    drawn();
  } catch {
    // the next event tries again
  } finally {
    fetching = false;
  }
  if (again) {
    again = null;
    update(true, drawn);
  }
}

async function replace(everything) {
  const address = location.href;
  const response = await fetch(address, { headers: { "X-Live": "1" } });
  if (response.redirected && new URL(response.url).pathname === "/login") {
    location.assign("/login");
    return;
  }
  if (!response.ok || address !== location.href) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const wanted = everything ? "[data-live]" : '[data-live="tick"]';
  for (const part of document.querySelectorAll(wanted)) {
    const fresh = page.getElementById(part.id);
    if (fresh) {
      morph(part, fresh);
    } else {
      part.replaceChildren();
    }
  }
  document.title = page.title;
  const icon = document.querySelector("link[rel=icon]");
  const freshIcon = page.querySelector("link[rel=icon]");
  if (icon && freshIcon && icon.getAttribute("href") !== freshIcon.getAttribute("href")) {
    icon.setAttribute("href", freshIcon.getAttribute("href"));
  }
}

function morph(part, fresh) {
  Idiomorph.morph(part, fresh, {
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: {
      beforeNodeMorphed: (old, now) => !isDrawn(old, now) && !isTouched(old),
    },
  });
}

/** A drawing watches its attributes and draws itself anew; what it has drawn is not the server's. */
function isDrawn(old, now) {
  if (!(old instanceof HTMLElement) || !old.matches(".diagram")) return false;
  for (const name of ["data-tokens", "data-done"]) {
    if (old.getAttribute(name) !== now.getAttribute(name)) old.setAttribute(name, now.getAttribute(name) ?? "");
  }
  return true;
}

/** What somebody has typed or opened is theirs. */
function isTouched(node) {
  return (
    (node instanceof HTMLInputElement && node.type !== "hidden" && node.value !== node.defaultValue) ||
    (node instanceof HTMLTextAreaElement && node.value !== node.defaultValue) ||
    (node instanceof HTMLDetailsElement && node.open)
  );
}
