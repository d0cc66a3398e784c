const ICONS = {
  pan: "M12 3v18M3 12h18M12 3l-2.5 2.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5",
  lasso: "M7.5 16.2C5 15.2 3.5 13 3.5 10.5C3.5 6.9 7.3 4 12 4s8.5 2.9 8.5 6.5S16.7 17 12 17c-.8 0-1.6-.1-2.3-.2M9.7 16.8a2.2 2.2 0 1 0-4.3.7c.5 1.6 2.3 1.2 2.1 3.5",
  box: "M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M11 4h2M11 20h2M4 11v2M20 11v2",
  closer: "M12 5v14M5 12h14",
  farther: "M5 12h14",
  reset: "M4 4v5h5M4.6 9A8 8 0 1 1 4 13.5",
  images: "M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM4.5 16l4.5-5 4 4.5 2.5-2.5 4 4M15.5 9.2h.1",
  dock: "M4 5.5A1.5 1.5 0 0 1 5.5 4h13A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5zM14.5 4v16",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};
const MODES = { pan: ["Move the map", "G"], lasso: ["Draw around images", "S"], box: ["Draw a box around images", "B"] };
const NARROW = 520;
const CLICK_REACH = 10;
const CLICK_SLIP = 4;
const GLOW = 13; // pixels beyond a point
const GL_OPTIONS = { antialias: false, powerPreference: "high-performance" };

function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** The graphics card draws if there is one, otherwise the processor, which needs no WebGL. */
function createRenderer(canvas) {
  const gl = h("canvas").getContext("webgl2");
  if (!gl) return new RasterRenderer(canvas);
  const isEmulation = isEmulated(gl);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return isEmulation ? new RasterRenderer(canvas) : new WebGLRenderer(canvas.getContext("webgl2", GL_OPTIONS));
}

/** Whoever has divided the page between map and images listens. */
function dock() {
  window.dispatchEvent(new CustomEvent("al-core-dock"));
}

class EmbeddingMap {
  constructor(parent) {
    this.camera = new Camera();
    this.mode = "pan";
    this.hidden = new Set();
    this.hiddenMarks = new Set();
    this.outline = null; // in the coordinates of the points
    this.pinned = -1;
    this.hovered = -1;
    this.path = null; // what is being drawn, in screen pixels
    this.pointers = new Map();
    this.#build(parent);
    this.#listen();
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.stage);
  }

  // --- elements ---

  #build(parent) {
    this.density = new DensityPainter(h("canvas.density", { "aria-hidden": "true", hidden: true }));
    this.thumbnails = new Thumbnails(() => this.#requestOverlay());
    this.canvas = h("canvas.points", { "aria-hidden": "true" });
    this.overlay = h("canvas.overlay", { "aria-hidden": "true" });
    this.legend = h("section.legend", { "aria-label": "Legend" });
    this.status = h("div.status", { role: "status" });
    this.empty = h("div.empty", { hidden: true }, h("b", {}, "No points yet"), h("span", {}, "The map appears as soon as there are embeddings."));
    const clear = h("button", { type: "button", "aria-label": "Clear the selection", onclick: () => this.#setOutline(null) }, "×");
    this.chip = h("div.chip", { hidden: true }, h("span", {}, "Selection"), clear);
    this.stage = h("div.stage", {}, this.density.canvas, this.canvas, this.overlay, this.empty, this.#buildToolbar());
    // Below the points, which it must not cover.
    this.strip = h("div.strip", {}, this.legend, this.chip, this.status);
    this.root = h("div.map", { tabindex: "0", role: "application" }, this.stage, this.strip);
    this.root.locate = (row) => this.#place(row); // where a row is drawn, for browser tests
    this.card = new Card(this.stage, () => this.#pin(-1));
    parent.querySelector(".map")?.remove();
    parent.append(this.root);
  }

  #buildToolbar() {
    const button = (name, label, key, action) =>
      h("button", { type: "button", "aria-label": `${label} (${key})`, "data-tip": label, "data-key": key, onclick: action }, icon(name));
    this.modeButtons = Object.fromEntries(
      Object.entries(MODES).map(([mode, [label, key]]) => [mode, button(mode, label, key, () => this.#setMode(mode))]),
    );
    const group = (...buttons) => h("div.group", {}, ...buttons);
    this.imagesButton = button("images", "Images in place of points, zoomed in", "I", () => this.#toggleThumbnails());
    this.dockButton = button("dock", "Images beside or below", "D", dock);
    return h(
      "div.toolbar",
      { role: "toolbar", "aria-label": "Map tools", "aria-orientation": "vertical" },
      group(...Object.values(this.modeButtons)),
      group(
        button("closer", "Zoom in", "+", () => this.#zoom(1.6)),
        button("farther", "Zoom out", "−", () => this.#zoom(1 / 1.6)),
        button("reset", "Show all images", "R", () => this.#resetView()),
        this.imagesButton,
      ),
      group(this.dockButton, button("full", "Full screen", "F", () => this.#toggleFullScreen())),
    );
  }

  // --- data from Python ---

  /** Every rerun of the page comes here, most of them with the same header. */
  update({ data, setStateValue, source }) {
    Object.assign(this, { setStateValue, source });
    this.card.source = this.thumbnails.source = source;
    const theme = readTheme(this.root);
    const { text, shown } = unpack(data);
    const version = text + JSON.stringify(theme);
    if (version === this.version) return;
    this.version = version;
    const header = JSON.parse(text);
    const isLength = typeof header.height === "string";
    this.root.style.height = isLength ? header.height : "";
    this.stage.style.height = isLength ? "" : `${header.height}px`;
    this.dockButton.hidden = !header.canDock;
    this.imagesButton.hidden = !header.imageUrl;
    this.imagesButton.setAttribute("aria-pressed", String(this.thumbnails.isWanted));
    fetchPoints(header, shown, this.points, source)
      .then((points) => this.version === version && this.#show(header, points, theme))
      .catch((error) => this.#fail(error));
  }

  #fail(error) {
    this.version = null; // so that the next run of the page tries again
    this.status.textContent = "The map could not be loaded. Reload the page.";
    console.error(error);
  }

  #show(header, points, theme) {
    const previous = this.header;
    if (points.positions !== this.points?.positions) this.index = null;
    Object.assign(this, { header, points, theme });
    if (previous?.colors?.name !== header.colors?.name) this.hidden.clear();
    if (previous?.generation !== header.generation) this.outline = null;
    this.#adoptOutline(header.outline);
    if (previous && previous.count !== header.count) this.#dropPointer();
    else this.#hover(-1);
    this.camera.frame = header.frame;
    this.#startRenderer();
    this.renderer.setPoints(this.points);
    if (!previous?.count) this.#goHome();
    else if (previous.arrays.positions !== header.arrays.positions) this.#resetView();
    this.#applyPalette();
    this.#applyOutline();
    this.#describe();
    this.#requestDraw();
  }

  /** Draws what was drawn before the page was left, or what the address says, and reports it as if somebody had. */
  #adoptOutline(outline) {
    const adopted = JSON.stringify(outline);
    if (outline && adopted !== this.adopted) {
      this.outline = outline;
      this.#reportOutline();
    }
    this.adopted = adopted;
  }

  #startRenderer() {
    if (this.renderer) return;
    this.renderer = createRenderer(this.canvas);
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.renderer.restore();
      this.renderer.setPoints(this.points);
      this.#applyPalette();
      this.#applyOutline();
    });
    this.root.dataset.renderer = this.renderer.name;
    this.#resize();
  }

  #describe() {
    const { count } = this.header;
    const total = `${count.toLocaleString("en")} images`;
    this.root.setAttribute(
      "aria-label",
      `Embedding map of ${total}. Keys: G moves, S lasso, B box, R shows all, I images in place of points, D images beside or below, F full screen, Escape clears, arrows and plus or minus move and zoom.`,
    );
    this.empty.hidden = count > 0;
    this.root.classList.toggle("blank", !count);
    this.#fillLegend();
  }

  #fillLegend() {
    const { header, theme, hidden, hiddenMarks } = this;
    const actions = {
      toggle: (code) => this.#hide((codes) => (codes.has(code) ? codes.delete(code) : codes.add(code))),
      solo: (code) =>
        this.#hide((codes) => {
          const others = header.colors.entries.map((_, other) => other).filter((other) => other !== code);
          const isAlone = !codes.has(code) && others.every((other) => codes.has(other));
          codes.clear();
          if (!isAlone) others.forEach((other) => codes.add(other));
        }),
      fold: () => {
        this.isLegendOpen = !this.isLegendOpen;
        this.#fillLegend();
      },
      toggleMark: (mark) => {
        if (!hiddenMarks.delete(mark)) hiddenMarks.add(mark);
        this.#fillLegend();
        this.#requestDraw();
      },
    };
    fillLegend(this.legend, { header, theme, hidden, hiddenMarks, isOpen: this.isLegendOpen, actions });
  }

  #hide(change) {
    change(this.hidden);
    this.#applyPalette();
    this.#fillLegend();
    if (this.outline) this.#reportOutline();
  }

  #applyPalette() {
    this.palette = buildPalette(this.header.colors, this.theme, this.hidden);
    this.renderer.setPalette(this.palette);
    this.#requestDraw();
  }

  // --- drawing ---

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height || !this.renderer) return;
    this.ratio = Math.min(window.devicePixelRatio || 1, 3);
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    const isFirst = this.camera.width === 1;
    const isNarrow = width < NARROW;
    // A phone shows the map first; its legend opens on a touch.
    if (isFirst || isNarrow !== this.camera.width < NARROW) this.isLegendOpen = !isNarrow;
    this.root.classList.toggle("narrow", isNarrow);
    this.camera.resize(width, height);
    if (isFirst) this.#goHome();
    else this.#fillLegend();
    this.draw();
  }

  #requestDraw() {
    this.isStale = true;
    this.root.dataset.busy = 1; // until the picture is complete
    this.#requestOverlay();
  }

  /** Draws outline and rings only, unless the points have to be drawn as well. */
  #requestOverlay() {
    this.frameRequest ??= requestAnimationFrame(() => (this.isStale ? this.draw() : this.#drawOverlay()));
  }

  draw() {
    if (!this.palette || !this.ratio) return;
    const { camera, ratio, theme, header, hiddenMarks, outline } = this;
    const drawn = Object.keys(RINGS).filter((kind) => header.marks[kind] && !hiddenMarks.has(kind));
    const ringedMarks = drawn.reduce((bits, kind) => bits | RINGS[kind], 0);
    const isDense = pointStyle(camera, header.count).spacing < DENSE;
    this.renderer.draw({ camera, ratio, theme, ringedMarks, hasFaded: Boolean(header.marks.faded || outline), isDense });
    if (isDense) this.density.draw({ points: this.points, layers: this.#layers(), table: this.palette, camera, ratio, theme, isScale: header.colors?.kind === "values" });
    else this.density.clear();
    this.root.dataset.style = isDense ? "density" : "points";
    this.#sayStatus(isDense);
    this.isStale = false;
    this.#drawOverlay();
    this.root.dataset.ready = this.header.count;
    this.root.dataset.busy = 0;
    this.root.dataset.frame = Number(this.root.dataset.frame ?? 0) + 1;
  }

  /** Of each point whether it stands back, for the density; the same until points or outline are others. */
  #layers() {
    const mask = this.outline ? (this.mask ??= maskPixels(paintMask(this.#outlineInWorld()))) : null;
    if (this.layered?.points !== this.points || this.layered.mask !== mask) {
      this.layered = { points: this.points, mask, layers: layersOf(this.points, mask) };
    }
    return this.layered.layers;
  }

  #sayStatus(isDense) {
    const { count } = this.header;
    const text = count ? `${count.toLocaleString("en")} image${count === 1 ? "" : "s"}${isDense ? ", as density" : ""}` : "";
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  #drawOverlay() {
    cancelAnimationFrame(this.frameRequest);
    this.frameRequest = null;
    const context = this.overlay.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.camera.width, this.camera.height);
    this.#drawGlow(context);
    this.#drawThumbnails(context);
    const path = this.path ? (this.mode === "box" || this.drawing === "box" ? boxPath(this.path) : this.path) : this.#outlineOnScreen();
    if (path) this.#strokeOutline(context, path);
    for (const row of new Set([this.hovered, this.pinned])) if (row >= 0) this.#strokeRing(context, row);
  }

  #drawThumbnails(context) {
    const { camera, header, points, palette, theme, hiddenMarks, thumbnails } = this;
    if (!points || !palette) return;
    const findIndex = () => (this.index ??= new PointIndex(points));
    thumbnails.choose({ camera, header, points, palette, findIndex });
    thumbnails.draw(context, { header, points, palette, theme, hiddenMarks });
    this.root.dataset.thumbnails = thumbnails.placed.length;
  }

  #drawGlow(context) {
    const { glows, count } = this.header?.marks.highlight ?? {};
    if (!glows || this.hiddenMarks.has("highlight")) return;
    const radius = pointStyle(this.camera, this.header.count).size / 2 + GLOW;
    for (const row of this.points.ringed.slice(-count)) {
      if (this.points.marks[row] & FADED) continue;
      const [left, top] = this.#place(row);
      const halo = context.createRadialGradient(left, top, 0, left, top, radius);
      // Clear in the middle, where the color of the point says its score.
      halo.addColorStop(0, `rgba(${this.theme.highlight}, 0)`);
      halo.addColorStop(0.3, `rgba(${this.theme.highlight}, 0.6)`);
      halo.addColorStop(1, `rgba(${this.theme.highlight}, 0)`);
      context.fillStyle = halo;
      context.fillRect(left - radius, top - radius, 2 * radius, 2 * radius);
    }
  }

  #strokeOutline(context, path) {
    context.beginPath();
    for (const [left, top] of path) context.lineTo(left, top);
    context.closePath();
    context.fillStyle = `rgba(${this.theme.accent}, 0.08)`;
    context.fill("evenodd");
    context.strokeStyle = `rgb(${this.theme.accent})`;
    context.lineWidth = 1.5;
    context.setLineDash(this.path ? [5, 4] : []);
    context.stroke();
    context.setLineDash([]);
  }

  #strokeRing(context, row) {
    const [left, top] = this.#place(row);
    // An image has its card beside it, which says which one it is of.
    if (this.thumbnails.placed.some((each) => each.row === row)) return;
    const radius = pointStyle(this.camera, this.header.count).size / 2 + 3;
    for (const [color, width] of [[this.theme.background, 4], [this.theme.text, 2]]) {
      context.beginPath();
      context.arc(left, top, radius, 0, 2 * Math.PI);
      context.strokeStyle = `rgb(${color})`;
      context.lineWidth = width;
      context.stroke();
    }
  }

  #place(row) {
    const { positions } = this.points;
    return this.camera.toScreen(positions[2 * row] / STEPS, positions[2 * row + 1] / STEPS);
  }

  // --- view ---

  #goHome() {
    Object.assign(this.camera, this.camera.home);
  }

  #resetView() {
    this.#moveTo(this.camera.home);
  }

  #moveTo(target) {
    cancelAnimationFrame(this.flight);
    const from = { x: this.camera.x, y: this.camera.y, scale: this.camera.scale };
    const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 220;
    const start = performance.now();
    const step = (now) => {
      const share = Math.min(Math.max((now - start) / duration, 0), 1);
      const eased = 1 - (1 - share) ** 3;
      for (const name of ["x", "y"]) this.camera[name] = from[name] + (target[name] - from[name]) * eased;
      this.camera.scale = from.scale * (target.scale / from.scale) ** eased;
      this.#viewMoved();
      if (share < 1) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
  }

  #zoom(factor, left = this.camera.width / 2, top = this.camera.height / 2) {
    cancelAnimationFrame(this.flight);
    this.camera.zoomAbout(left, top, factor);
    this.#viewMoved();
  }

  #pan(right, down) {
    cancelAnimationFrame(this.flight);
    this.camera.pan(right, down);
    this.#viewMoved();
  }

  #viewMoved() {
    if (this.pinned >= 0) this.#placeCard(this.pinned);
    else this.#hover(-1);
    this.#requestDraw();
  }

  #toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => {});
  }

  #toggleThumbnails() {
    if (!this.header?.imageUrl) return;
    this.thumbnails.isWanted = !this.thumbnails.isWanted;
    this.imagesButton.setAttribute("aria-pressed", String(this.thumbnails.isWanted));
    this.#requestOverlay();
  }

  #setMode(mode) {
    this.mode = mode;
    this.path = null;
    this.root.dataset.mode = mode;
    for (const [name, button] of Object.entries(this.modeButtons)) button.setAttribute("aria-pressed", String(name === mode));
    this.#requestOverlay();
  }

  // --- selection ---

  #setOutline(outline) {
    const { left, bottom, span } = this.header.frame;
    const digits = Math.min(Math.max(5 - Math.floor(Math.log10(span)), 0), 15);
    this.outline = outline?.map(([x, y]) => [left + x * span, bottom + y * span].map((value) => Number(value.toFixed(digits)))) ?? null;
    this.#reportOutline();
    this.#applyOutline();
  }

  #reportOutline() {
    const { outline, header, hidden } = this;
    const selection = outline && { polygon: outline, hidden: [...hidden], colors: header.colors?.name ?? null, generation: header.generation };
    this.setStateValue("selection", selection);
  }

  #outlineInWorld() {
    const { left, bottom, span } = this.header.frame;
    return this.outline?.map(([x, y]) => [(x - left) / span, (y - bottom) / span]) ?? null;
  }

  #outlineOnScreen() {
    return this.outline ? this.#outlineInWorld().map(([x, y]) => this.camera.toScreen(x, y)) : null;
  }

  #applyOutline() {
    this.mask = null;
    this.renderer.setMask(this.outline ? paintMask(this.#outlineInWorld()) : null);
    this.chip.hidden = !this.outline;
    this.#requestDraw();
  }

  #finishPath() {
    const path = this.drawing === "box" ? boxPath(this.path) : outlineOf(this.path);
    this.path = null;
    const xs = path.map(([left]) => left);
    const ys = path.map(([, top]) => top);
    const isTooSmall = Math.max(...xs) - Math.min(...xs) < CLICK_SLIP || Math.max(...ys) - Math.min(...ys) < CLICK_SLIP;
    if (path.length >= 3 && !isTooSmall) this.#setOutline(path.map(([left, top]) => this.camera.toWorld(left, top)));
    this.#requestOverlay();
  }

  #escape() {
    if (this.path) this.path = null;
    else if (this.pinned >= 0) this.#pin(-1);
    else if (this.outline) this.#setOutline(null);
    this.#requestOverlay();
  }

  // --- card ---

  #find(left, top, reach) {
    if (!this.header?.count) return -1;
    const shown = this.thumbnails.at(left, top);
    if (shown >= 0) return shown;
    this.index ??= new PointIndex(this.points);
    const [x, y] = this.camera.toWorld(left, top);
    return this.index.nearest(x, y, reach / this.camera.scale, this.points, this.palette);
  }

  #hover(row) {
    if (this.pinned >= 0 || (row === this.hovered && row < 0)) return;
    if (row !== this.hovered) this.#requestOverlay();
    this.hovered = row;
    this.overlay.style.cursor = row >= 0 && this.mode === "pan" ? "pointer" : "";
    if (row < 0) this.card.hide();
    else this.#showCard(row, false);
  }

  #pin(row) {
    if (row === this.pinned) return;
    this.pinned = row;
    this.hovered = -1;
    if (row >= 0) this.#showCard(row, true);
    else this.card.hide();
    this.setStateValue("picked", row >= 0 ? row : null);
    this.#requestOverlay();
  }

  #showCard(row, isPinned) {
    this.card.show(row, { header: this.header, isPinned, place: () => this.#placeCard(row) });
  }

  /** Above the point, or below it where there is no room; never outside the stage. */
  #placeCard(row) {
    const { element } = this.card;
    const [left, top] = this.#place(row);
    const { width, height } = this.camera;
    const isOutside = left < 0 || top < 0 || left > width || top > height;
    element.classList.toggle("away", isOutside);
    const x = Math.min(Math.max(left - element.offsetWidth / 2, 8), width - element.offsetWidth - 8);
    const above = top - element.offsetHeight - 14;
    const y = above >= 8 ? above : Math.min(top + 14, height - element.offsetHeight - 8);
    element.style.transform = `translate(${Math.round(x)}px, ${Math.round(Math.max(y, 8))}px)`;
  }

  #dropPointer() {
    this.hovered = this.pinned = -1;
    this.card.hide();
  }

  // --- mouse, pen, fingers, keys ---

  #listen() {
    const { overlay, root } = this;
    const at = (event) => {
      const { left, top } = overlay.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    overlay.onpointerdown = (event) => this.#pointerDown(event, at(event));
    overlay.onpointermove = (event) => this.#pointerMove(event, at(event));
    overlay.onpointerup = overlay.onpointercancel = (event) => this.#pointerUp(event, at(event));
    overlay.onpointerleave = () => this.#hover(-1);
    overlay.ondblclick = () => this.outline && this.hovered < 0 && this.pinned < 0 && this.#setOutline(null);
    overlay.addEventListener("wheel", (event) => this.#wheel(event, at(event)), { passive: false });
    root.onkeydown = (event) => this.#key(event);
    this.#setMode(this.mode);
  }

  #pointerDown(event, place) {
    if (event.button > 1) return;
    this.root.focus({ preventScroll: true });
    this.overlay.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, place);
    if (this.pointers.size > 1) {
      this.path = null;
      this.pressed = null;
      return;
    }
    this.pressed = { place, isMoving: false };
    const wantsPan = this.mode === "pan" ? !event.shiftKey : event.shiftKey;
    this.drawing = wantsPan || event.button === 1 ? null : this.mode === "box" ? "box" : "lasso";
  }

  #pointerMove(event, place) {
    const previous = this.pointers.get(event.pointerId);
    if (!previous) {
      if (event.pointerType !== "touch") this.#hover(this.#find(...place, CLICK_REACH));
      return;
    }
    if (this.pointers.size === 2) this.#pinch(event.pointerId, previous, place);
    this.pointers.set(event.pointerId, place);
    if (!this.pressed) return;
    const slip = Math.hypot(place[0] - this.pressed.place[0], place[1] - this.pressed.place[1]);
    if (!this.pressed.isMoving && slip < CLICK_SLIP) return;
    if (!this.pressed.isMoving) this.#startDrag();
    if (this.drawing) this.#extendPath(place);
    else this.#pan(place[0] - previous[0], place[1] - previous[1]);
  }

  #startDrag() {
    this.pressed.isMoving = true;
    this.#hover(-1);
    this.overlay.classList.add("dragging");
    if (this.drawing) this.path = [this.pressed.place];
  }

  #extendPath(place) {
    if (this.drawing === "box") this.path = [this.path[0], place];
    else this.path.push(place);
    this.#requestOverlay();
  }

  #pinch(pointerId, previous, place) {
    const [other] = [...this.pointers].filter(([id]) => id !== pointerId).map(([, point]) => point);
    const spread = ([left, top]) => Math.hypot(left - other[0], top - other[1]) || 1;
    this.#pan((place[0] - previous[0]) / 2, (place[1] - previous[1]) / 2);
    this.#zoom(spread(place) / spread(previous), (place[0] + other[0]) / 2, (place[1] + other[1]) / 2);
  }

  #pointerUp(event, place) {
    const wasOnly = this.pointers.size === 1;
    this.pointers.delete(event.pointerId);
    this.overlay.classList.remove("dragging");
    if (!this.pressed || !wasOnly || event.type === "pointercancel") {
      this.path = null;
    } else if (this.path) {
      this.#finishPath();
    } else if (!this.pressed.isMoving) {
      const row = this.#find(...place, CLICK_REACH);
      this.#pin(row === this.pinned ? -1 : row);
    }
    if (!this.pointers.size) this.pressed = null;
    this.#requestOverlay();
  }

  #wheel(event, place) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0016; // ctrl is what a trackpad's pinch reports
    this.#zoom(Math.exp(-Math.min(Math.max(event.deltaY * lines, -300), 300) * speed), ...place);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 48;
    const actions = {
      g: () => this.#setMode("pan"),
      s: () => this.#setMode("lasso"),
      b: () => this.#setMode("box"),
      r: () => this.#resetView(),
      f: () => this.#toggleFullScreen(),
      i: () => this.#toggleThumbnails(),
      d: () => this.header.canDock && dock(),
      Escape: () => this.#escape(),
      "+": () => this.#zoom(1.4),
      "=": () => this.#zoom(1.4),
      "-": () => this.#zoom(1 / 1.4),
      ArrowLeft: () => this.#pan(step, 0),
      ArrowRight: () => this.#pan(-step, 0),
      ArrowUp: () => this.#pan(0, step),
      ArrowDown: () => this.#pan(0, -step),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has shortcuts of its own, such as r for rerun
    action();
  }

  destroy() {
    this.version = null;
    this.observer.disconnect();
    cancelAnimationFrame(this.frameRequest);
    cancelAnimationFrame(this.flight);
    this.card.hide();
    this.renderer?.destroy();
    this.root.remove();
  }
}
