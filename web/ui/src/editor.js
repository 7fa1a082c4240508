// The rule editor: colours, line numbers, and problems where they are, found while one types.
const PIECE = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[^]*?\*\/)`,
    String.raw`(?<text>"(?:[^"\\\n]|\\.)*")`,
    String.raw`(?<annotation>@[A-Za-z]\w*)`,
    String.raw`(?<word>\b(?:rule|when|then|end|package|not|exists|and|or|in|memberOf|contains|matches)\b)`,
    String.raw`(?<function>\b(?:raise|avg|min|max|sum|count|rate|increase|quantile|absent)\b(?=\())`,
    String.raw`(?<variable>\$\w+)`,
    String.raw`(?<number>\b\d+(?:\.\d+)?\b)`,
  ].join("|"),
  "g",
);

export function editor(box) {
  const text = box.querySelector("textarea");
  const paint = box.querySelector(".editor-paint");
  const gutter = box.querySelector(".editor-gutter");
  const list = document.getElementById("check");
  let checking = 0;

  const problems = () =>
    [...list.querySelectorAll("[data-line]")].map((mark) => ({ line: Number(mark.dataset.line), column: Number(mark.dataset.column) }));

  const draw = () => {
    const found = problems();
    paint.replaceChildren(...pieces(text.value, found));
    const lines = text.value.split("\n").length;
    const wrong = new Set(found.map((problem) => problem.line));
    gutter.replaceChildren(
      ...Array.from({ length: lines }, (_, at) => {
        const number = Object.assign(document.createElement("span"), { textContent: String(at + 1) });
        number.classList.toggle("wrong", wrong.has(at + 1));
        return number;
      }),
    );
    scroll();
  };
  const scroll = () => {
    paint.scrollTop = gutter.scrollTop = text.scrollTop;
    paint.scrollLeft = text.scrollLeft;
  };
  const check = async () => {
    const mine = ++checking;
    const form = new URLSearchParams(new FormData(text.form));
    form.set("do", "check");
    const response = await fetch("/rules/edit", { method: "POST", body: form });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("check");
    if (mine === checking && fresh) {
      list.replaceChildren(...fresh.childNodes);
      draw();
    }
  };
  let later;
  text.addEventListener("input", () => {
    draw();
    clearTimeout(later);
    later = setTimeout(() => check().catch(() => {}), 400);
  });
  text.addEventListener("scroll", scroll);
  text.addEventListener("keydown", (event) => {
    // Tab leaves the field as everywhere; the indent carries over
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const line = text.value.slice(0, text.selectionStart).split("\n").at(-1);
      text.setRangeText("\n" + line.match(/^\s*/)[0], text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input"));
    }
  });
  list.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-line]");
    if (mark) {
      const before = text.value.split("\n").slice(0, Number(mark.dataset.line) - 1);
      const at = before.join("\n").length + (before.length ? 1 : 0) + Number(mark.dataset.column) - 1;
      text.focus();
      text.setSelectionRange(at, at);
    }
  });
  box.classList.add("painted");
  draw();
}

/** The text in coloured pieces; the word at a problem's place is underlined. */
function pieces(source, problems) {
  const lines = source.split("\n");
  const starts = problems.map(({ line, column }) => lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1);
  const nodes = [];
  let at = 0;
  for (const match of source.matchAll(PIECE)) {
    add(nodes, "", source.slice(at, match.index), at, starts);
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    add(nodes, kind, match[0], match.index, starts);
    at = match.index + match[0].length;
  }
  add(nodes, "", source.slice(at) + "\n", at, starts);
  return nodes;
}

function add(nodes, kind, text, offset, starts) {
  const inside = starts.filter((start) => start >= offset && start < offset + text.length).sort((a, b) => a - b);
  let at = 0;
  for (const start of inside) {
    const from = start - offset;
    const length = text.slice(from).match(/^\w+|^./)?.[0].length ?? 1;
    if (from < at) continue;
    push(nodes, kind, text.slice(at, from));
    nodes.push(Object.assign(document.createElement("mark"), { textContent: text.slice(from, from + length) }));
    at = from + length;
  }
  push(nodes, kind, text.slice(at));
}

function push(nodes, kind, text) {
  if (text) {
    nodes.push(kind ? Object.assign(document.createElement("span"), { className: `hl-${kind}`, textContent: text }) : document.createTextNode(text));
  }
}
