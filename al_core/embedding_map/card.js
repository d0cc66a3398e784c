const DWELL_MS = 60;
const MAX_KNOWN_CARDS = 300;
const IMAGE_BOX = [188, 148];

/** What is known about one sample, beside its point: image, filename, scores and classes. */
class Card {
  constructor(parent, onClose) {
    this.source = null; // comes with the first header
    this.element = h("aside.card", { "aria-live": "polite", hidden: true });
    this.onClose = onClose;
    this.known = new Map();
    this.row = -1;
    this.isPinned = false;
    parent.append(this.element);
  }

  /** Shows the card of a row after a short rest of the pointer; `isPinned` shows it at once and keeps it. */
  show(row, { header, place, isPinned }) {
    if (row === this.row && isPinned === this.isPinned) return;
    this.hide();
    Object.assign(this, { row, isPinned, place });
    const wanted = this.#load(row, header.cardUrl);
    this.timer = setTimeout(() => this.#fill(row, header, wanted), isPinned ? 0 : DWELL_MS);
  }

  hide() {
    clearTimeout(this.timer);
    this.row = -1;
    this.isPinned = false;
    this.element.hidden = true;
  }

  #load(row, url) {
    if (!url) return Promise.resolve(null);
    const address = url.replaceAll("{row}", row);
    if (!this.known.has(address)) {
      this.known.set(address, this.source.card(address).catch(() => null));
      if (this.known.size > MAX_KNOWN_CARDS) this.known.delete(this.known.keys().next().value);
    }
    return this.known.get(address);
  }

  async #fill(row, header, wanted) {
    const picture = header.imageUrl ? this.#picture(header.imageUrl.replaceAll("{row}", row)) : null;
    const title = h("p.title", {}, `Row ${row.toLocaleString("en")}`);
    const facts = h("div.facts");
    const close = h("button.close", { type: "button", "aria-label": "Close the card", onclick: () => this.onClose() }, "×");
    this.element.replaceChildren(...[picture, title, facts, this.isPinned ? close : null].filter(Boolean));
    this.element.classList.toggle("pinned", this.isPinned);
    this.element.hidden = false;
    this.place(this.element);
    const details = await wanted;
    if (this.row !== row || !details) return;
    title.textContent = title.title = oneDirection(details.filename ?? title.textContent);
    facts.replaceChildren(...this.#facts(details, header));
    if (picture) drawShapes(picture, details, () => this.source.image(`${header.imageUrl.replaceAll("{row}", row)}/mask`));
    this.place(this.element);
  }

  #picture(address) {
    const image = h("img", { alt: "", draggable: "false" });
    const fit = h("div.fit", {}, image);
    image.onload = () => {
      const scale = Math.min(IMAGE_BOX[0] / (image.naturalWidth || 1), IMAGE_BOX[1] / (image.naturalHeight || 1));
      fit.style.width = `${image.naturalWidth * scale}px`;
      fit.style.height = `${image.naturalHeight * scale}px`;
      fit.classList.toggle("coarse", scale > 2);
    };
    image.onerror = () => fit.remove();
    loadInto(image, this.source.image(address));
    return h("div.picture", {}, fit);
  }

  #facts({ scores = {}, titles = {}, classes = [], colors = {} }, header) {
    const own = header.colors?.name;
    const names = Object.keys(scores).sort((one, other) => (other === own) - (one === own));
    const numbers = names.slice(0, 4).map((name) =>
      h(name === own ? "div.fact.own" : "div.fact", {}, h("span", { title: name }, titles[name] ?? name), h("b", {}, scores[name].toFixed(3))),
    );
    const bars = classes.slice(0, 4).map(([name, probability]) => {
      const row = h("div.fact.class", {}, h("span", {}, name), h("b", {}, `${(100 * probability).toFixed(1)}%`));
      row.style.setProperty("--share", `${100 * probability}%`);
      if (colors[name]) row.style.setProperty("--color", colors[name]);
      return row;
    });
    return [...numbers, ...bars];
  }
}

/** Shows what a source returns; without an image as if it were broken. */
function loadInto(image, address) {
  address.then((src) => (image.src = src)).catch(() => image.onerror?.());
}

/** Boxes [{x0, y0, x1, y1}], keypoints [{x, y}] and a mask over the image; coordinates are shares of its sides. */
function drawShapes(picture, { boxes = [], keypoints = [], has_mask: hasMask, colors = {} }, loadMask) {
  const fit = picture.querySelector(".fit");
  if (!fit || !(boxes.length || keypoints.length || hasMask)) return;
  if (hasMask) {
    const shade = h("img.mask", { alt: "" });
    loadInto(shade, loadMask());
    fit.append(shade);
  }
  const draw = (tag, attributes) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    return shape;
  };
  const colored = (label) => (colors[label] ? `stroke: ${colors[label]}` : "");
  const drawing = draw("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  for (const { x0, y0, x1, y1, label } of boxes) {
    drawing.append(draw("rect", { style: colored(label), x: 100 * x0, y: 100 * y0, width: 100 * (x1 - x0), height: 100 * (y1 - y0) }));
  }
  for (const { x, y, label } of keypoints) {
    // A line of no length with round ends: a circle would be stretched with the image.
    drawing.append(draw("path", { class: "keypoint", style: colored(label), d: `M${100 * x} ${100 * y}h0` }));
  }
  fit.append(drawing);
}
