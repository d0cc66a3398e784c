const GAP = 1;
const MISSING_WIDTH = 26;
const MISSING_GAP = 8;
const HANDLE_REACH = 6;
const KEY_PAUSE_MS = 180;
const SVG = "http://www.w3.org/2000/svg";
const END_NAMES = ["Lowest", "Highest"];
const histograms = new WeakMap();

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

class Histogram {
  constructor(parent) {
    this.order = 0; // of the last range reported: an answer to an earlier one must not move the range back
    this.range = null; // [begin, end) in bars, "missing" or null
    this.drag = null;
    this.#build(parent);
    this.#listen();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.plot);
  }

  #build(parent) {
    this.title = element("span", { class: "title" });
    this.fact = element("span", { class: "fact" });
    this.clear = element("button", { type: "button", class: "small", title: "Clear this range (Esc)" }, "×");
    this.clear.onclick = () => this.#choose(null);
    this.fewer = element("button", { type: "button", class: "small", title: "Fewer, wider bars", "aria-label": "Fewer bars" }, "−");
    this.more = element("button", { type: "button", class: "small", title: "More, narrower bars", "aria-label": "More bars" }, "+");
    this.binCount = element("span", { class: "bins", title: "Number of bars, of all histograms" });
    this.stepper = element("span", { class: "stepper" }, this.fewer, this.binCount, this.more);
    const head = element("div", { class: "head" }, this.title, this.clear, this.stepper);
    this.svg = shape("svg", { "aria-hidden": "true" });
    this.handles = END_NAMES.map(() => element("div", { class: "handle", role: "slider", tabindex: "0" }));
    this.missing = element("button", { type: "button", class: "missing" });
    this.missing.onclick = () => this.#choose(this.range === "missing" ? null : "missing");
    this.plot = element("div", { class: "plot" }, this.svg, ...this.handles, this.missing);
    [this.low, this.high, this.none] = Array.from({ length: 3 }, () => element("span"));
    this.axis = element("div", { class: "axis" }, element("div", { class: "ends" }, this.low, this.fact, this.high), this.none);
    this.root = element("section", { class: "histogram" }, head, this.plot, this.axis);
    parent.querySelector(".histogram")?.remove();
    parent.append(this.root);
  }

  update({ data, setTriggerValue }) {
    this.report = (change) => setTriggerValue("change", change);
    this.data = data;
    if (data.order >= this.order) {
      this.order = data.order;
      if (!this.drag && !this.keyTimer) this.range = data.chosen;
    }
    this.handles.forEach((handle, end) => handle.setAttribute("aria-label", `${END_NAMES[end]} value of ${data.name} kept`));
    this.clear.setAttribute("aria-label", `Clear the range of ${data.name}`);
    this.root.setAttribute("aria-label", `Histogram of ${data.name}. Drag to keep a range, Escape clears it.`);
    this.title.textContent = this.title.title = data.name;
    this.stepper.hidden = data.binCount === null;
    this.binCount.textContent = data.binCount ?? "";
    const place = data.binCounts.indexOf(data.binCount);
    for (const [button, step] of [[this.fewer, -1], [this.more, 1]]) {
      const wanted = data.binCounts[place + step];
      button.disabled = wanted === undefined;
      button.onclick = () => this.report({ bins: wanted });
    }
    this.plot.style.height = `${data.height}px`;
    this.draw();
  }

  // --- drawing ---

  get #nBars() {
    return this.data.edges.length - 1;
  }

  get #hasMissing() {
    return this.data.totals[this.#nBars] > 0;
  }

  get #width() {
    return Math.max(this.plot.clientWidth - (this.#hasMissing ? MISSING_WIDTH + MISSING_GAP : 0), 1);
  }

  draw() {
    if (!this.data || !this.plot.clientWidth) return;
    const { data, svg } = this;
    const width = this.#width;
    const tallest = Math.max(...data.totals.slice(0, -1), 1);
    svg.setAttribute("viewBox", `0 0 ${width} ${data.height}`);
    Object.assign(svg.style, { width: `${width}px`, height: `${data.height}px` });
    const kept = this.#span();
    const step = width / this.#nBars;
    const gap = step > 4 ? GAP : 0;
    const bar = (count, at) => {
      if (!count) return "";
      const tall = Math.max((count / tallest) * data.height, 1.5);
      return `M${at * step} ${data.height}V${data.height - tall}H${(at + 1) * step - gap}V${data.height}Z`;
    };
    const marks = [shape("path", { class: "shadow", d: data.totals.slice(0, -1).map(bar).join("") })];
    if (kept && this.range !== "missing") {
      marks.unshift(shape("rect", { class: "band", x: kept[0] * step, y: 0, width: (kept[1] - kept[0]) * step - gap, height: data.height }));
    }
    for (const [fill, bars] of this.#byColor()) {
      for (const isKept of [true, false]) {
        const d = bars.filter((at) => this.#isKept(at) === isKept).map((at) => bar(data.counts[at], at)).join("");
        if (d) marks.push(shape("path", { class: isKept ? "bars" : "bars out", d, fill }));
      }
    }
    svg.replaceChildren(...marks);
    this.#drawMissing();
    this.#placeHandles(width, step);
    this.#drawAxis(width);
    this.#describe();
  }

  /** Bars that share a color: all of them, or one group a bar where they are colored as on the map. */
  #byColor() {
    const bars = Array.from({ length: this.#nBars }, (_, at) => at);
    if (!this.data.shades) return [[this.data.color, bars]];
    const stops = paletteStops("viridis", readTheme(this.root));
    return bars.map((at) => [`rgb(${sampleStops(stops, this.data.shades[at])})`, [at]]);
  }

  #span() {
    return Array.isArray(this.range) ? this.range : null;
  }

  #isKept(at) {
    if (this.range === null) return true;
    const kept = this.#span();
    return kept !== null && at + 0.5 > kept[0] && at + 0.5 < kept[1];
  }

  #drawMissing() {
    const { data, missing } = this;
    missing.hidden = !this.#hasMissing;
    if (missing.hidden) return;
    const total = data.totals[this.#nBars];
    const count = data.counts[this.#nBars];
    const label = `${count.toLocaleString("en")} of ${total.toLocaleString("en")} images have no value; click to keep only these`;
    missing.title = label;
    missing.setAttribute("aria-label", label);
    missing.setAttribute("aria-pressed", String(this.range === "missing"));
    const tallest = Math.max(...data.totals, 1);
    const tall = (share) => `${share ? Math.max((share / tallest) * data.height, 1.5) : 0}px`;
    missing.replaceChildren(element("span", { class: "all", style: `height:${tall(total)}` }), element("span", { class: "now", style: `height:${tall(count)}` }));
    missing.classList.toggle("out", this.range !== null && this.range !== "missing");
  }

  #placeHandles(width, step) {
    const kept = this.#span() ?? [0, this.#nBars];
    this.root.classList.toggle("filtered", this.range !== null);
    this.handles.forEach((handle, end) => {
      handle.style.left = `${kept[end] * step}px`;
      handle.setAttribute("aria-valuemin", this.data.edges[0]);
      handle.setAttribute("aria-valuemax", this.data.edges[this.#nBars]);
      handle.setAttribute("aria-valuenow", this.#valueAt(kept[end]));
      handle.setAttribute("aria-valuetext", this.#text(kept[end]));
    });
  }

  #drawAxis(width) {
    this.axis.firstChild.style.width = `${width}px`;
    const [isOpenBelow, isOpenAbove] = this.data.openEnds;
    this.low.textContent = (isOpenBelow ? "≤ " : "") + this.#text(0);
    this.high.textContent = (isOpenAbove ? "≥ " : "") + this.#text(this.#nBars);
    this.none.textContent = this.#hasMissing ? "none" : "";
  }

  #describe() {
    const { data } = this;
    this.clear.hidden = this.range === null;
    const at = this.hovered;
    if (at !== undefined && !this.drag) {
      const many = (count) => count.toLocaleString("en");
      this.fact.textContent = `${this.#text(at)} – ${this.#text(at + 1)}: ${many(data.counts[at])} of ${many(data.totals[at])}`;
    } else if (this.range === "missing") this.fact.textContent = "missing only";
    else if (this.range) this.fact.textContent = this.range.map((end) => this.#text(end)).join(" – ");
    else this.fact.textContent = "";
  }

  #valueAt(place) {
    const { edges } = this.data;
    const at = Math.min(Math.floor(place), this.#nBars - 1);
    return edges[at] + (place - at) * (edges[at + 1] - edges[at]);
  }

  #text(place) {
    const value = this.#valueAt(place);
    const width = Math.abs(this.data.edges[1] - this.data.edges[0]) || 1;
    if (this.data.isWhole) return Math.ceil(value).toLocaleString("en");
    const digits = Math.min(Math.max(1 - Math.floor(Math.log10(width)), 0), 6);
    return Math.abs(value) >= 1e6 ? value.toExponential(2) : value.toLocaleString("en", { maximumFractionDigits: digits });
  }

  // --- choosing ---

  #choose(range) {
    this.range = range;
    this.draw();
    clearTimeout(this.keyTimer);
    this.keyTimer = null;
    const sent = Array.isArray(range) ? [Math.round(range[0]), Math.round(range[1]) - 1] : range;
    this.report({ range: sent, order: ++this.order });
  }

  #listen() {
    const { plot } = this;
    const place = (event) => {
      const { left } = plot.getBoundingClientRect();
      return (event.clientX - left) / (this.#width / this.#nBars);
    };
    plot.onpointerdown = (event) => {
      if (event.button || event.target.closest(".missing")) return;
      plot.setPointerCapture(event.pointerId);
      this.#startDrag(place(event));
    };
    plot.onpointermove = (event) => {
      if (this.drag) this.#moveDrag(place(event));
      else this.#hover(event.target.closest(".missing") ? undefined : place(event));
    };
    plot.onpointerup = () => this.#endDrag();
    plot.onpointercancel = () => this.#cancelDrag();
    plot.onpointerleave = () => this.#hover(undefined);
    plot.ondblclick = () => this.range !== null && this.#choose(null);
    this.root.onkeydown = (event) => this.#key(event);
  }

  #bar(place) {
    return Math.min(Math.max(Math.floor(place), 0), this.#nBars - 1);
  }

  #startDrag(place) {
    const kept = this.#span();
    const reach = HANDLE_REACH / (this.#width / this.#nBars);
    const end = kept ? kept.findIndex((at) => Math.abs(at - place) < reach) : -1;
    this.before = this.range;
    const anchor = end < 0 ? this.#bar(place) : end === 0 ? Math.round(kept[1]) - 1 : Math.round(kept[0]);
    this.drag = { anchor, isHandle: end >= 0 };
    if (end < 0) this.#moveDrag(place);
  }

  #moveDrag(place) {
    const at = this.#bar(place);
    this.range = [Math.min(at, this.drag.anchor), Math.max(at, this.drag.anchor) + 1];
    this.draw();
  }

  #endDrag() {
    if (!this.drag) return;
    const isSame = String(this.range) === String(this.before);
    const { isHandle } = this.drag;
    this.drag = null;
    if (!isSame) this.#choose(this.range);
    else if (!isHandle) this.#choose(null);
  }

  #cancelDrag() {
    if (this.drag) this.range = this.before;
    this.drag = null;
    this.draw();
  }

  #hover(place) {
    const at = place === undefined || place < 0 || place >= this.#nBars ? undefined : this.#bar(place);
    if (at === this.hovered) return;
    this.hovered = at;
    if (this.data) this.#describe();
  }

  #key(event) {
    if (event.key === "Escape") {
      if (this.drag) this.#cancelDrag();
      else if (this.range !== null) this.#choose(null);
      else return;
    } else {
      const end = this.handles.indexOf(event.target);
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity }[event.key];
      if (end < 0 || step === undefined) return;
      this.#moveEnd(end, step * (event.shiftKey ? 5 : 1));
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #moveEnd(end, step) {
    const kept = (this.#span() ?? [0, this.#nBars]).map(Math.round);
    const bounds = end ? [kept[0] + 1, this.#nBars] : [0, kept[1] - 1];
    kept[end] = Math.min(Math.max(kept[end] + step, bounds[0]), bounds[1]);
    this.range = kept;
    this.draw();
    clearTimeout(this.keyTimer);
    // Held keys repeat 30 times a second; the page follows once they rest.
    this.keyTimer = setTimeout(() => this.#choose(this.range), KEY_PAUSE_MS);
  }

  destroy() {
    this.observer.disconnect();
    clearTimeout(this.keyTimer);
    this.root.remove();
  }
}

// Streamlit calls this again with new data and cleans up only when the component goes: what is drawn stays between.
export default function (component) {
  const { parentElement } = component;
  if (!histograms.has(parentElement)) histograms.set(parentElement, new Histogram(parentElement));
  histograms.get(parentElement).update(component);
  return () => {
    histograms.get(parentElement)?.destroy();
    histograms.delete(parentElement);
  };
}
