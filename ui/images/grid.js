const GAP = 8;
const AT_ONCE = 48; // tiles of a block at least: the rows that are made, asked for and dropped together
const MAX_BLOCKS = 12;
const LINE = 17; // pixels of a caption's line
const SIZES = { least: 64, most: 224, first: 96, step: 16 };
const SIZE_KEY = "al_core_tile_size";
const AHEAD = "400px";
const grids = new WeakMap();

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  const { dataset = {}, ...others } = properties;
  for (const [name, value] of Object.entries(others)) {
    const written = typeof value === "string" ? oneDirection(value) : value;
    if (name in made && !name.startsWith("aria")) made[name] = written;
    else made.setAttribute(name, written);
  }
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** What the browser keeps of the size that somebody chose; without a place to keep it, the size of this page. */
function storedSize() {
  try {
    return Number(localStorage.getItem(SIZE_KEY)) || SIZES.first;
  } catch {
    return SIZES.first;
  }
}

function storeSize(size) {
  try {
    localStorage.setItem(SIZE_KEY, size);
  } catch {
    // A browser that keeps nothing forgets the size with the page.
  }
}

class Grid {
  constructor(parent) {
    this.size = storedSize();
    this.active = 0; // the tile that the Tab key leads to
    const slider = element("input", { type: "range", min: SIZES.least, max: SIZES.most, step: SIZES.step, value: this.size, title: "Size of the images", "aria-label": "Size of the images" });
    slider.oninput = () => {
      this.size = Number(slider.value);
      storeSize(this.size);
      this.#layOut();
    };
    this.tools = element("div", { className: "tools" }, element("span", { textContent: "▫", "aria-hidden": "true" }), slider, element("span", { textContent: "◻", "aria-hidden": "true" }));
    this.root = element("div", { className: "thumbnails", role: "group", "aria-label": "Images" });
    this.root.onkeydown = (event) => this.#key(event);
    // Not as a property: there is none for it, and an assignment would do nothing.
    this.root.addEventListener("focusin", ({ target }) => {
      this.#activate(Number(target.dataset.at));
      this.#offerSimilar(target);
    });
    this.root.onpointerover = ({ target, pointerType }) => {
      // A finger would press what it has only just uncovered; it finds the same in the large view.
      if (pointerType !== "touch") this.#offerSimilar(target.closest("button"));
    };
    // One for all tiles: it lies over the tile of the pointer or of the keyboard, and is what Tab reaches after that tile.
    this.similar = element("button", { type: "button", className: "similar", hidden: true, textContent: "Similar", title: "Find similar: shows the images most like this one on Explore" });
    this.similar.onclick = () => this.findSimilar(Number(this.similar.dataset.row));
    this.tiles = element("div", { className: "tiles" }, this.root, this.similar);
    this.tiles.onpointerleave = () => this.#withdrawSimilar();
    this.tiles.addEventListener("focusout", ({ relatedTarget }) => this.tiles.contains(relatedTarget) || this.#withdrawSimilar());
    // The style stays, which lies in the parent too.
    parent.querySelectorAll(".tools, .tiles").forEach((old) => old.remove());
    parent.append(this.tools, this.tiles);
    this.watcher = new IntersectionObserver((entries) => entries.forEach((entry) => this.#passed(entry)), { rootMargin: AHEAD, scrollMargin: AHEAD });
    this.resizer = new ResizeObserver(() => this.#layOut());
    this.resizer.observe(this.root);
  }

  update({ data, setTriggerValue }) {
    this.open = (row) => setTriggerValue("opened", row);
    this.findSimilar = (row) => setTriggerValue("similar", row);
    const version = JSON.stringify(data);
    // The same images again would only flicker.
    if (version === this.version) return;
    const hadFocus = this.tiles.contains(this.root.getRootNode().activeElement);
    if (JSON.stringify(this.data?.rows) !== JSON.stringify(data.rows)) this.active = 0;
    Object.assign(this, { version, data, layout: null });
    this.#layOut();
    if (hadFocus) this.#focus(this.active);
  }

  get #hasClasses() {
    return Boolean(this.data.classes);
  }

  /** As many columns as have room; blocks of whole rows, each as high as its tiles will be. */
  #layOut() {
    const { clientWidth: width } = this.root;
    if (!this.data || !width) return;
    const columns = Math.max(1, Math.floor((width + GAP) / (this.size + GAP)));
    const side = (width - GAP * (columns - 1)) / columns;
    const layout = `${columns} ${side}`;
    if (layout === this.layout) return;
    this.layout = layout;
    const high = side + 4 + LINE * (this.#hasClasses ? 2 : 1);
    const perBlock = columns * Math.ceil(AT_ONCE / columns);
    Object.assign(this, { columns, perBlock });
    this.root.style.setProperty("--columns", columns);
    this.root.style.setProperty("--tile", `${high}px`);
    this.watcher.disconnect();
    this.filled = new Set();
    const { rows } = this.data;
    this.blocks = Array.from({ length: Math.ceil(rows.length / perBlock) }, (_, number) => {
      const lines = Math.ceil(Math.min(perBlock, rows.length - number * perBlock) / columns);
      const block = element("div", { className: "block", dataset: { number } });
      block.style.height = `${lines * (high + GAP) - GAP}px`;
      return block;
    });
    this.root.replaceChildren(...this.blocks);
    this.similar.hidden = true;
    this.root.dataset.count = rows.length;
    if (this.blocks.length) this.#fill(0);
    this.blocks.forEach((block) => this.watcher.observe(block));
  }

  #passed({ target, isIntersecting }) {
    if (isIntersecting) this.#fill(Number(target.dataset.number));
  }

  #fill(number) {
    if (this.filled.has(number)) return;
    this.filled.add(number);
    const start = number * this.perBlock;
    const rows = this.data.rows.slice(start, start + this.perBlock);
    const tiles = rows.map((row, place) => this.#tile(row, start + place));
    this.blocks[number].replaceChildren(...tiles);
    this.#drawShapes(rows, tiles);
    this.#dropOldest(number);
  }

  /** Blocks far away give their tiles back, but for the one that has the focus. */
  #dropOldest(latest) {
    for (const number of this.filled) {
      if (this.filled.size <= MAX_BLOCKS) return;
      const block = this.blocks[number];
      if (number === latest || block.contains(block.getRootNode().activeElement)) continue;
      block.replaceChildren();
      this.filled.delete(number);
    }
  }

  #tile(row, at) {
    const { source, captions } = this.data;
    const image = element("img", { src: source + row, alt: "", decoding: "async", draggable: false });
    image.onload = () => image.classList.toggle("coarse", image.naturalWidth * 2 < image.clientWidth);
    const picture = element("span", { className: "picture" }, image);
    const tile = element("button", { type: "button", tabIndex: at === this.active ? 0 : -1, dataset: { at, row } }, picture, element("span", { className: "caption", textContent: captions[at] }));
    if (this.#hasClasses) tile.append(this.#classLine(at));
    this.#name(tile, `Row ${row}`);
    tile.onclick = () => this.open(row);
    return tile;
  }

  #name(tile, filename) {
    const words = [...tile.querySelectorAll(".caption")].map((line) => line.dataset.words ?? line.textContent).filter(Boolean);
    const lines = [filename, ...words].map(oneDirection);
    tile.title = lines.join("\n");
    tile.setAttribute("aria-label", `${lines.join(", ")}: show it large`);
    if (this.similar.dataset.row === tile.dataset.row) this.#nameSimilar(tile);
  }

  #classLine(at) {
    const { names, colors, predicted, labels } = this.data.classes;
    const line = element("span", { className: "caption class" });
    const [guess, label] = [predicted[at], labels[at]];
    const chip = (code) => {
      const dot = element("i");
      dot.style.background = colors[code] || NO_COLOR;
      return [dot, element("bdi", { textContent: names[code] })];
    };
    if (guess >= 0) line.append(...chip(guess));
    if (label >= 0 && label !== guess) line.append(element("b", { className: "wrong", textContent: guess >= 0 ? "≠" : "" }), ...chip(label));
    else if (label >= 0) line.append(element("b", { className: "right", textContent: "✓" }));
    const words = [guess >= 0 && `predicted ${names[guess]}`, label >= 0 && `labeled ${names[label]}`].filter(Boolean);
    line.dataset.words = words.join(", ");
    return line;
  }

  async #drawShapes(rows, tiles) {
    const { source, shapes } = this.data;
    const answer = await fetch(`${source}tiles?rows=${rows.join()}`).catch(() => null);
    if (!answer?.ok) return;
    const { tiles: described, colors } = await answer.json();
    described.forEach((item, place) => {
      const tile = tiles[place];
      this.#name(tile, item.filename);
      if (item.boxes.length || item.keypoints.length || item.has_mask) this.#lay(tile, item, { colors, wanted: shapes, maskUrl: `${source}${item.row}/mask` });
    });
  }

  /** Once the image is there, whose proportions the drawing shares. */
  async #lay(tile, item, how) {
    const image = tile.querySelector("img");
    if (!image.complete) await new Promise((loaded) => image.addEventListener("load", loaded, { once: true }));
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width) image.after(shapesOver(item, { width, height, ...how }));
  }

  // --- the way to images like one of them ---

  /** Lays the button over a tile; while the keyboard is on it, it stays where it is. */
  #offerSimilar(tile) {
    if (!tile || !this.data.canFindSimilar || this.similar.matches(":focus")) return;
    const [place, frame] = [tile, this.tiles].map((each) => each.getBoundingClientRect());
    this.similar.style.top = `${place.top - frame.top}px`;
    this.similar.style.right = `${frame.right - place.right}px`;
    this.similar.dataset.row = tile.dataset.row;
    this.#nameSimilar(tile);
    this.similar.hidden = false;
  }

  /** After the image's filename, which comes later than its tile. */
  #nameSimilar(tile) {
    const [filename] = tile.title.split("\n");
    this.similar.setAttribute("aria-label", `Find similar to ${filename}`);
  }

  /** Back to the tile of the keyboard, or away. */
  #withdrawSimilar() {
    if (this.similar.matches(":focus")) return;
    this.similar.hidden = true;
    const focused = this.root.querySelector("button:focus-visible");
    if (focused) this.#offerSimilar(focused);
  }

  // --- keyboard: arrows lead from tile to tile, Tab past all of them ---

  #activate(at) {
    if (Number.isNaN(at) || at === this.active) return;
    const before = this.#tileAt(this.active);
    if (before) before.tabIndex = -1;
    this.active = at;
    const tile = this.#tileAt(at);
    if (tile) tile.tabIndex = 0;
  }

  #tileAt(at) {
    return this.root.querySelector(`button[data-at="${at}"]`);
  }

  #focus(at) {
    const number = Math.floor(at / this.perBlock);
    if (!this.blocks[number]) return;
    this.#fill(number);
    const tile = this.#tileAt(at);
    tile?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns };
    const last = this.data.rows.length - 1;
    const ends = { Home: 0, End: last };
    const target = event.key in ends ? ends[event.key] : this.active + (steps[event.key] ?? NaN);
    if (Number.isNaN(target) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (target >= 0 && target <= last) this.#focus(target);
  }

  destroy() {
    this.watcher.disconnect();
    this.resizer.disconnect();
  }
}

// Streamlit calls this again with new data and cleans up only when the component goes: what is drawn stays between.
export default function (component) {
  const { parentElement } = component;
  if (!grids.has(parentElement)) grids.set(parentElement, new Grid(parentElement));
  grids.get(parentElement).update(component);
  return () => {
    grids.get(parentElement)?.destroy();
    grids.delete(parentElement);
  };
}
