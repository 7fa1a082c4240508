// One series over time, with the limit and the time in which it fired.
import uPlot from "uplot";
import { styled } from "./styled.js";

export async function chart(box) {
  await styled("chart");
  const view = new Chart(box);
  await view.load();
  new ResizeObserver(() => view.resize()).observe(box);
  document.addEventListener("tocsin:theme", () => view.draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view.draw());
  // an open alert grows; the time of the page's own data is left alone while somebody looks into it
  setInterval(() => document.hidden || view.load(), 10_000);
}

class Chart {
  constructor(box) {
    this.box = box;
    this.plot = null;
    this.data = [[], []];
    this.opened = Date.now();
  }

  get set() {
    return this.box.dataset;
  }

  /** The end moves along while the alert is open. */
  span() {
    const moved = this.set.open === "true" ? Date.now() - this.opened : 0;
    return { from: Number(this.set.from), to: Number(this.set.to) + moved, end: Number(this.set.end) + moved };
  }

  async load() {
    const { from, to } = this.span();
    const query = new URLSearchParams({
      from: Math.round(from),
      to: Math.round(to),
      max: Math.min(1500, Math.max(200, Math.round(this.box.clientWidth))),
      expression: this.set.expression || "value",
    });
    try {
      const response = await fetch(`/series/${this.set.series}/points?${query}`);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const points = await response.json();
      this.data = [points.times.map((time) => time / 1000), points.values];
    } catch (failure) {
      if (!this.plot) this.tell(`The chart could not be loaded: ${failure.message}.`);
      return;
    }
    if (this.data[0].length === 0 && !this.plot) {
      this.tell("Nothing is stored of this series for this time.");
      return;
    }
    this.draw();
  }

  tell(sentence) {
    const text = this.box.querySelector(".chart-wait");
    text.textContent = sentence;
    text.classList.add("told");
  }

  resize() {
    if (this.plot && this.plot.width !== this.box.clientWidth) {
      this.plot.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
    }
  }

  draw() {
    if (this.data[0].length === 0) return;
    const cursor = this.plot?.cursor.left >= 0;
    if (cursor) return; // somebody is reading values
    const old = this.plot;
    this.plot = new uPlot(this.options(), this.data);
    if (old) {
      this.box.replaceChild(this.plot.root, old.root);
      old.destroy();
    } else {
      this.box.replaceChildren(this.plot.root);
    }
  }

  options() {
    const ink = colour("--ink-3");
    const grid = { stroke: colour("--line"), width: 1 };
    const { from, to } = this.span();
    const unit = this.unit;
    const font = "12px Inter, system-ui, sans-serif";
    return {
      width: this.box.clientWidth,
      height: this.box.clientHeight,
      padding: [12, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      scales: { x: { min: this.begin(from, to) / 1000, max: to / 1000 }, y: { range: (_, low, high) => this.range(low, high) } },
      axes: [
        { stroke: ink, font, size: 34, space: 80, grid: { show: false }, ticks: grid, values: (_, splits, __, ___, step) => splits.map((at) => clock(at, step)) },
        { stroke: ink, font, grid, ticks: { show: false }, size: 64, values: (_, splits) => splits.map((value) => format(value, unit)) },
      ],
      series: [{}, { stroke: colour("--accent"), width: 1.75, points: { show: false }, spanGaps: false }],
      hooks: { drawClear: [(plot) => this.shade(plot)], draw: [(plot) => this.limit(plot)], setCursor: [(plot) => this.read(plot, unit)], ready: [(plot) => this.addReader(plot)] },
    };
  }

  get unit() {
    const expression = this.set.expression ?? "";
    if (expression.startsWith("count") || expression.startsWith("absent")) return "";
    return expression.startsWith("rate") ? `rate:${this.set.unit}` : this.set.unit;
  }

  get threshold() {
    return this.set.threshold === undefined ? NaN : Number(this.set.threshold);
  }

  /** A series that is much younger than the span fills the chart, rather than hiding at its edge. */
  begin(from, to) {
    const known = this.data[1].findIndex((value) => value !== null);
    const first = this.data[0][Math.max(0, known)] * 1000;
    if (first - from < (to - from) / 2) return from;
    return Math.max(from, Math.min(first - (to - first) / 4, to - 60_000));
  }

  /** The limit is always in sight. */
  range(low, high) {
    const limit = this.threshold;
    let bottom = Number.isFinite(limit) ? Math.min(low, limit) : low;
    let top = Number.isFinite(limit) ? Math.max(high, limit) : high;
    if (bottom >= 0 && bottom < top * 0.6) bottom = 0;
    const margin = (top - bottom || Math.abs(top) || 1) * 0.1;
    return [bottom === 0 ? 0 : bottom - margin, top + margin];
  }

  shade(plot) {
    if (!this.set.fired) return;
    const { left, top, width, height } = plot.bbox;
    const start = Math.max(left, plot.valToPos(Number(this.set.fired) / 1000, "x", true));
    const end = Math.min(left + width, plot.valToPos(this.span().end / 1000, "x", true));
    plot.ctx.save();
    plot.ctx.fillStyle = colour(`--${this.set.severity}-soft`);
    plot.ctx.fillRect(start, top, Math.max(0, end - start), height);
    plot.ctx.fillStyle = colour(`--${this.set.severity}`);
    plot.ctx.fillRect(start, top, 2 * devicePixelRatio, height);
    plot.ctx.restore();
  }

  limit(plot) {
    if (!Number.isFinite(this.threshold)) return;
    const { left, width } = plot.bbox;
    const y = plot.valToPos(this.threshold, "y", true);
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = colour(`--${this.set.severity || "critical"}`);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
    ctx.font = `${12 * devicePixelRatio}px Inter, system-ui, sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "bottom";
    ctx.fillText(`limit ${this.set.operator ?? ""} ${format(this.threshold, this.unit)}`, left + 6 * devicePixelRatio, y - 3 * devicePixelRatio);
    ctx.restore();
  }

  addReader(plot) {
    this.reader = document.createElement("div");
    this.reader.className = "chart-reader";
    this.reader.hidden = true;
    plot.over.append(this.reader);
  }

  read(plot, unit) {
    if (!this.reader) return;
    const { left, idx } = plot.cursor;
    const value = idx == null ? null : this.data[1][idx];
    this.reader.hidden = left < 0 || value == null;
    if (this.reader.hidden) return;
    this.reader.textContent = `${format(value, unit)} · ${new Date(this.data[0][idx] * 1000).toLocaleTimeString()}`;
    const right = left > plot.over.clientWidth / 2;
    this.reader.style.left = right ? "auto" : `${left + 10}px`;
    this.reader.style.right = right ? `${plot.over.clientWidth - left + 10}px` : "auto";
  }
}

function colour(name) {
  const probe = colour.probe ?? (colour.probe = document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true })));
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

function clock(seconds, step) {
  const at = new Date(seconds * 1000);
  if (step >= 86400) return at.toLocaleDateString(undefined, { month: "short", day: "numeric" });
  return at.toLocaleTimeString(undefined, step < 60 ? { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** As tocsin.web.page.Show writes values. */
function format(value, unit = "") {
  if (value == null || !Number.isFinite(value)) return "–";
  if (unit.startsWith("rate:")) return `${format(value, unit.slice(5))}/s`;
  switch (unit) {
    case "seconds":
      return seconds(value);
    case "milliseconds":
      return seconds(value / 1000);
    case "bytes":
      return bytes(value);
    case "ratio":
      return `${number(value * 100)} %`;
    default:
      return number(value);
  }
}

function number(value) {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1e6) return new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 }).format(value);
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value).replaceAll(",", "\u202f");
}

function seconds(value) {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 0.001) return `${number(value * 1e6)} µs`;
  if (size < 1) return `${number(value * 1000)} ms`;
  if (size < 120) return `${number(value)} s`;
  return size < 7200 ? `${number(value / 60)} min` : `${number(value / 3600)} h`;
}

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let at = 0;
  while (Math.abs(value) >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${number(Number(value.toPrecision(3)))} ${units[at]}`;
}
