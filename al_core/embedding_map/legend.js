const HAS_OTHER_COLOR = "Images in several tags have the color of the oldest";
const FADED_NAME = "Outside the filter";

/** Builds an element: h("p.note", { title }, "text", child); text is never read as HTML. */
function h(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element[name] = value;
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : oneDirection(String(value)));
  }
  const shown = children.filter((child) => child !== null);
  element.append(...shown.map((child) => (typeof child === "string" ? oneDirection(child) : child)));
  return element;
}

function formatNumber(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

function valuesLegend(legend, theme) {
  const [isOpenBelow, isOpenAbove] = legend.openEnds;
  const low = (isOpenBelow ? "≤ " : "") + formatNumber(legend.low);
  const high = (isOpenAbove ? "≥ " : "") + formatNumber(legend.high);
  const bar = h("div.bar", { role: "img", "aria-label": `from ${low} to ${high}` });
  bar.style.background = `linear-gradient(to right, ${paletteStops(legend.palette, theme).join(", ")})`;
  const scale = h("div.scale", {}, h("span", {}, low), bar, h("span", {}, high));
  const missing = legend.missing ? h("div.missing", {}, h("i.swatch.none"), `${legend.missing.toLocaleString("en")} without a value`) : null;
  const byRank = legend.middle === null ? null : h("div.missing", { title: "As many images have each color" }, `by rank, middle ${formatNumber(legend.middle)}`);
  return [scale, byRank, missing];
}

function entryRow({ name, count, size, color, isHidden, toggle, solo }) {
  const many = size === count ? count.toLocaleString("en") : `${count.toLocaleString("en")} of ${size.toLocaleString("en")}`;
  const swatch = h("i.swatch");
  swatch.style.background = `rgb(${color})`;
  const button = h(
    "button.entry",
    { type: "button", "aria-pressed": String(!isHidden), "aria-label": `${name}, ${many} images`, onclick: toggle, ondblclick: solo },
    swatch,
    h("span.name", {}, name),
    h("span.count", { title: size === count ? null : HAS_OTHER_COLOR }, many),
  );
  const only = h("button.only", { type: "button", "aria-label": `Show only ${name}`, onclick: solo }, "only");
  return h("div.row", {}, button, only);
}

function categoriesLegend(legend, theme, hidden, actions) {
  const colors = categoryColors(legend, theme);
  const rows = legend.entries.map(({ name, count, size }, code) =>
    entryRow({
      name,
      count,
      size,
      color: colors[code],
      isHidden: hidden.has(code),
      toggle: () => actions.toggle(code),
      solo: () => actions.solo(code),
    }),
  );
  if (legend.missing) rows.push(h("div.missing", {}, h("i.swatch.none"), `${legend.missing.toLocaleString("en")} without one`));
  return [h("div.entries", {}, ...rows)];
}

function marksLegend(counts, theme, hiddenMarks, actions) {
  const rows = [];
  for (const [mark, color] of [["ring", theme.text], ["sent", theme.sent], ["test", theme.test], ["highlight", theme.highlight]]) {
    if (!counts[mark]?.count) continue;
    const ring = h("i.swatch.ring");
    ring.style.borderColor = `rgb(${color})`;
    const properties = { type: "button", "aria-pressed": String(!hiddenMarks.has(mark)), onclick: () => actions.toggleMark(mark) };
    const count = h("span.count", {}, counts[mark].count.toLocaleString("en"));
    rows.push(h("div.row", {}, h("button.entry", properties, ring, h("span.name", { title: counts[mark].name }, counts[mark].name), count)));
  }
  if (counts.faded) {
    const count = h("span.count", {}, counts.faded.toLocaleString("en"));
    rows.push(h("div.row.still", {}, h("i.swatch.faded"), h("span.name", {}, FADED_NAME), count));
  }
  return rows;
}

function fillLegend(panel, { header, theme, hidden, hiddenMarks, isOpen, actions }) {
  const { colors, marks } = header;
  const title = colors?.title ?? "Marks";
  const heading = { type: "button", "aria-expanded": String(isOpen), "aria-label": `Legend: ${title}`, onclick: actions.fold };
  const parts = [h("h3", {}, h("button.fold", heading, h("span", {}, title)))];
  panel.classList.toggle("folded", !isOpen);
  if (colors) parts.push(...(colors.kind === "values" ? valuesLegend(colors, theme) : categoriesLegend(colors, theme, hidden, actions)));
  const markRows = marksLegend(marks, theme, hiddenMarks, actions);
  if (markRows.length) parts.push(h("div.marks", {}, ...markRows));
  const focused = [...panel.querySelectorAll("button")].indexOf(panel.getRootNode().activeElement);
  const scrolled = panel.querySelector(".entries")?.scrollTop ?? 0;
  panel.replaceChildren(...parts.filter(Boolean));
  panel.hidden = parts.length < 2;
  if (focused >= 0) panel.querySelectorAll("button")[focused]?.focus();
  const entries = panel.querySelector(".entries");
  if (entries) entries.scrollTop = scrolled;
}
