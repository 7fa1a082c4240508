// JavaScript only adds comfort: every page works without it.
import { follow } from "./live.js";
import { keys } from "./keys.js";
import { themes } from "./themes.js";
import { times } from "./times.js";

const loaded = new WeakSet();

/** Draws what is not drawn yet; also after a part of the page was replaced. */
function draw() {
  for (const chart of document.querySelectorAll(".chart[data-series]")) {
    once(chart, async () => (await import("./chart.js")).chart(chart));
  }
  for (const diagram of document.querySelectorAll(".diagram[data-diagram]")) {
    once(diagram, async () => (await import("./diagram.js")).diagram(diagram));
  }
  for (const editor of document.querySelectorAll(".editor")) {
    once(editor, async () => (await import("./editor.js")).editor(editor));
  }
}

function once(element, start) {
  if (!loaded.has(element)) {
    loaded.add(element);
    start().catch((failure) => console.warn("A part of the page could not be drawn:", failure));
  }
}

function menu() {
  const button = document.querySelector(".menu-button");
  const nav = document.getElementById("nav");
  button?.addEventListener("click", () => {
    const open = nav.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
}

function forms() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) {
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
    }
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    }
  });
}

/** Where tabs do not fit, the chosen one is in sight. */
function tabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const list = tab.parentElement;
    list.scrollLeft = tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
  }
}

themes();
tabs();
times();
keys();
menu();
forms();
draw();
follow(() => {
  times();
  draw();
});
