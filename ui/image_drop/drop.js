const DRAW_MS = 250;
// Longer than a page takes to redraw. Doubled each time: a report that comes during a run starts it anew.
const REPEAT_MS = 5000;
// Uploads outlive their elements: Streamlit takes those away when another page is opened.
const uploads = (globalThis.alCoreUploads ??= new Map());
const panels = new WeakMap();

const number = (value) => value.toLocaleString("en-US");
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

function size(bytes) {
  const [unit, name] = bytes >= 1e9 ? [1e9, "GB"] : bytes >= 1e6 ? [1e6, "MB"] : [1e3, "kB"];
  return `${(bytes / unit).toLocaleString("en-US", { maximumFractionDigits: bytes >= 1e9 ? 1 : 0 })} ${name}`;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function element(tag, className, properties = {}) {
  const made = document.createElement(tag);
  made.className = className;
  return Object.assign(made, properties);
}

class Panel {
  constructor(parent, key) {
    this.key = key;
    this.root = element("div", "drop");
    this.folder = this.#input("Choose a folder", { webkitdirectory: true });
    this.files = this.#input("Choose files or a zip", { accept: "image/*,.zip" });
    this.hint = element("p", "hint", { textContent: "Drop a folder of images, a zip or files here" });
    this.zone = element("div", "zone");
    const buttons = element("div", "buttons");
    buttons.append(this.folder.button, this.files.button);
    this.zone.append(this.hint, buttons, this.folder.input, this.files.input);
    this.status = element("div", "status", { hidden: true });
    this.text = element("p", "text");
    this.fill = element("div", "fill");
    this.track = element("div", "track");
    this.track.setAttribute("role", "progressbar");
    this.track.append(this.fill);
    this.cancel = element("button", "cancel", { type: "button", textContent: "Stop" });
    this.cancel.onclick = () => this.upload?.cancel();
    const row = element("div", "row");
    row.append(this.track, this.cancel);
    this.refused = element("details", "refused", { hidden: true });
    this.status.append(this.text, row, this.refused);
    this.message = element("p", "message", { hidden: true });
    this.message.setAttribute("role", "status");
    this.root.append(this.zone, this.status, this.message);
    parent.querySelector(".drop")?.remove();
    parent.append(this.root);
    this.#listen();
  }

  get upload() {
    return uploads.get(this.key);
  }

  update({ data, setTriggerValue }) {
    this.data = data;
    this.report = setTriggerValue;
    this.folder.button.disabled = this.files.button.disabled = !data.may_write;
    if (data.upload === this.upload?.id && data.dataset) {
      this.upload.start(data.dataset).catch((error) => this.#say(`The upload failed: ${error.message}`));
    } else if (this.#isUnderWay()) {
      this.#tell();
    }
    clearTimeout(this.timer);
    this.#draw();
  }

  #input(label, properties) {
    const input = element("input", "", { type: "file", multiple: true, hidden: true, ...properties });
    const button = element("button", "choose", { type: "button", textContent: label });
    button.onclick = () => input.click();
    input.onchange = () => {
      this.#open(Promise.resolve(chosenFiles(input)));
      // The same folder again, after it has changed, is a choice too.
      input.value = "";
    };
    return { input, button };
  }

  #listen() {
    const zone = this.zone;
    zone.ondragover = (event) => {
      event.preventDefault();
      zone.classList.toggle("over", this.data.may_write);
    };
    zone.ondragleave = () => zone.classList.remove("over");
    zone.ondrop = (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      this.#open(droppedFiles(event.dataTransfer));
    };
  }

  async #open(files) {
    if (!this.data.may_write || this.#isUnderWay()) return;
    this.#say("Looking for images…");
    try {
      const found = await findImages(await files);
      if (!found.images.length) {
        this.#say(`There is no image in it (${plural(found.nOthers, "other file")}). Images are JPEG, PNG, WebP, TIFF, BMP or GIF.`);
        return;
      }
      uploads.set(this.key, new Upload(found));
      this.#say("");
      this.#tell();
      this.#draw();
    } catch (error) {
      this.#say(error.message);
    }
  }

  #isUnderWay() {
    return ["new", "comparing", "sending"].includes(this.upload?.state);
  }

  /** Says what was dropped, or how it ended, until the page has answered by another `data`. */
  #tell(count = 0) {
    const { upload, data } = this;
    clearTimeout(this.teller);
    if (!upload || !this.root.isConnected || data.ended === upload.id) return;
    const { id, dataset, label, total, totalBytes, nSent, nThere } = upload;
    // Also one under way of which the page knows nothing: a server that was started again has forgotten it.
    const isUnclaimed = this.#isUnderWay() && data.upload !== id;
    const hasEnded = ["done", "canceled", "failed"].includes(upload.state);
    if (isUnclaimed) this.report("dropped", { id, dataset, label, count: total, bytes: totalBytes });
    if (hasEnded) this.report("ended", { id, dataset, state: upload.state, sent: nSent, there: nThere });
    if (isUnclaimed || hasEnded) this.teller = setTimeout(() => this.#tell(count + 1), REPEAT_MS * 2 ** count);
  }

  #draw() {
    const { upload } = this;
    this.status.hidden = !upload;
    this.zone.hidden = this.#isUnderWay();
    if (!upload) return;
    const text = describe(upload);
    if (this.text.textContent !== text) this.text.textContent = text;
    // While it is under way, what was left out counts as done too; in the end the bar shows what has come.
    const nShown = this.#isUnderWay() ? upload.nDone : upload.nSent + upload.nThere;
    const percent = Math.round((100 * nShown) / upload.total);
    this.fill.style.width = `${percent}%`;
    this.track.setAttribute("aria-valuenow", percent);
    this.track.setAttribute("aria-label", `Images of ${upload.label} that are on the server`);
    this.cancel.hidden = !this.#isUnderWay();
    this.#drawRefused(upload);
    if (this.#isUnderWay()) this.timer = setTimeout(() => this.#draw(), DRAW_MS);
    else this.#tell();
  }

  #drawRefused({ refused, nRefused }) {
    this.refused.hidden = !nRefused;
    if (Number(this.refused.dataset.count) === nRefused) return;
    this.refused.dataset.count = nRefused;
    const list = element("ul", "");
    list.append(...refused.map(({ name, reason }) => element("li", "", { textContent: `${name}: ${reason}` })));
    if (nRefused > refused.length) list.append(element("li", "", { textContent: `and ${number(nRefused - refused.length)} more` }));
    this.refused.replaceChildren(element("summary", "", { textContent: `${plural(nRefused, "file")} left out` }), list);
  }

  #say(sentence) {
    this.message.textContent = sentence;
    this.message.hidden = !sentence;
  }

  destroy() {
    clearTimeout(this.timer);
    clearTimeout(this.teller);
  }
}

/** How far an upload is, as one line. */
function describe(upload) {
  const { state, label, nDone, total, bytesDone, totalBytes, nThere, nOthers, isAway, secondsLeft } = upload;
  const counts = `${number(nDone)} of ${plural(total, "image")} · ${size(bytesDone)} of ${size(totalBytes)}`;
  if (isAway) return `${counts} · the server does not answer; trying again until it does`;
  if (state === "new") return `${plural(total, "image")} in ${label} · ${size(totalBytes)}`;
  if (state === "comparing") return `Looking which of ${plural(total, "image")} are there already…`;
  if (state === "canceled") return `Stopped after ${counts}. Drop it again to go on.`;
  if (state === "failed") return `Stopped after ${counts}: ${upload.reason}`;
  if (state === "done") {
    const others = nOthers ? ` · ${plural(nOthers, "file")} that are no images were left out` : "";
    const sent = upload.nSent || nThere ? `${plural(upload.nSent, "image")} sent` : "No image was sent";
    return `${sent}${nThere ? `, ${number(nThere)} were there already` : ""}${others}`;
  }
  return secondsLeft === null ? counts : `${counts} · about ${duration(secondsLeft)} left`;
}

export default function (component) {
  const { parentElement, data } = component;
  let panel = panels.get(parentElement);
  // Streamlit may hand the element of one place to drop to another one.
  if (!panel || panel.key !== data.key) {
    panel?.destroy();
    panel = new Panel(parentElement, data.key);
    panels.set(parentElement, panel);
  }
  panel.update(component);
  return () => {
    panels.get(parentElement)?.destroy();
    panels.delete(parentElement);
  };
}
