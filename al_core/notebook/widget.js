const MAX_KEPT_ANSWERS = 600;
/** The dashboard's colors, on the background of the notebook: [variable, light, dark]. */
const COLORS = [
  ["--st-primary-color", "#0072b2", "#2a79ba"],
  ["--st-border-color", "#dde2e7", "#2e363d"],
  ["--st-secondary-background-color", "#f5f7f9", "#1b2126"],
  ["--st-blue-color", "#0072b2", "#56b4e9"],
  ["--st-orange-color", "#b35c00", "#f0a04b"],
  ["--st-violet-color", "#a3487d", "#dc9bc0"],
  ["--st-chart-categorical-colors", "#0072b2,#d55e00,#009e73,#cc79a7,#e69f00,#56b4e9", "#56b4e9,#e97a2b,#2bbf92,#dc8fb8,#e6b000,#f0e442"],
];
/** Of JupyterLab, then of Visual Studio Code, then of a page of which nothing is known. */
const BACKGROUND = "var(--jp-layout-color0, var(--vscode-editor-background, #ffffff))";
const TEXT = "var(--jp-content-font-color0, var(--vscode-editor-foreground, #12181d))";

/** Where arrays, cards and images of a map come from: the kernel behind the notebook. */
class KernelSource {
  constructor(model) {
    Object.assign(this, { model, waiting: new Map(), kept: new Map(), count: 0 });
    this.listen = (message, buffers) => {
      this.waiting.get(message.id)?.([message.answer, buffers?.[0]]);
      this.waiting.delete(message.id);
    };
    model.on("msg:custom", this.listen);
  }

  async array(name) {
    const { buffer, byteOffset, byteLength } = this.model.get("_arrays")[name];
    return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }

  async card(address) {
    const [card] = await this.#ask(...address.split("/"));
    return card;
  }

  /** An address of the image that the kernel sends; asked for once, however often it is drawn. */
  image(address) {
    const [, row, mask] = address.split("/");
    const kept = this.kept.get(address) ?? this.#ask(mask ?? "image", row).then(([type, bytes]) => this.#addressOf(type, bytes));
    this.kept.delete(address);
    this.kept.set(address, kept);
    if (this.kept.size > MAX_KEPT_ANSWERS) this.#drop(this.kept.keys().next().value);
    return kept;
  }

  #addressOf(type, bytes) {
    if (!bytes) throw new Error("there is no image");
    return URL.createObjectURL(new Blob([bytes], { type: type ?? "" }));
  }

  #ask(what, row) {
    this.count += 1;
    const id = this.count;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.model.send({ id, what, row: Number(row) });
    });
  }

  #drop(address) {
    this.kept.get(address).then(URL.revokeObjectURL, () => {});
    this.kept.delete(address);
  }

  destroy() {
    this.model.off("msg:custom", this.listen);
    [...this.kept.keys()].forEach((address) => this.#drop(address));
  }
}

/** Gives the map the colors of the notebook's theme, resolved: the canvas takes numbers only. */
function adoptTheme(host) {
  const resolve = (color) => {
    host.style.color = color;
    return getComputedStyle(host).color;
  };
  const [background, text] = [resolve(BACKGROUND), resolve(TEXT)];
  const isDark = luminance(parseColor(background)) < 0.5;
  host.style.setProperty("--st-background-color", background);
  host.style.setProperty("--st-text-color", text);
  for (const [name, light, dark] of COLORS) host.style.setProperty(name, isDark ? dark : light);
}

function render({ model, el }) {
  const host = h("div.al-core-map");
  // Jupyter's own shortcuts, such as B for a new cell, would come before those of the map.
  host.dataset.lmSuppressShortcuts = "true";
  el.append(host);
  const root = host.attachShadow({ mode: "open" });
  root.append(h("style", {}, STYLE));
  const source = new KernelSource(model);
  const map = new EmbeddingMap(root);
  const setStateValue = (name, value) => {
    model.set(`_${name}`, value);
    model.save_changes();
  };
  const update = () => {
    const { buffer, byteOffset, byteLength } = model.get("_packed");
    adoptTheme(host);
    map.update({ data: new Uint8Array(buffer, byteOffset, byteLength), setStateValue, source });
  };
  const themes = new MutationObserver(update);
  themes.observe(document.body, { attributes: true });
  update();
  return () => {
    themes.disconnect();
    map.destroy();
    source.destroy();
  };
}

export default { render };
