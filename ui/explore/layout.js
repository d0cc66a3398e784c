const LEAST_SHARE = 0.25;
const MOST_SHARE = 0.8;
const FIRST_SHARE = 0.6;
const LEAST_HEIGHT = 400;
const NARROW = 860; // pixels of map and images together, below which they are under each other
const BELOW = 14; // pixels that stay free under the map
const KEY_STEP = 0.04;
const KEPT = "al_core_explore_split";
const DOCK_EVENT = "al-core-dock";
const splitters = new WeakMap();

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep(state) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing forgets the sizes with the page.
  }
}

const within = (value, least, most) => Math.min(Math.max(value, least), most);

/** Divides the window between the map and the images: the bar between them is dragged, or moved with the arrow keys. */
class Splitter {
  constructor(parent) {
    const { share = FIRST_SHARE, extra = 0, dock = "right" } = kept();
    Object.assign(this, { share, extra, dock });
    parent.querySelector(".handle")?.remove();
    this.handle = Object.assign(document.createElement("div"), { className: "handle", tabIndex: 0 });
    this.handle.setAttribute("role", "separator");
    parent.append(this.handle);
    this.handle.onpointerdown = (event) => this.#grab(event);
    this.handle.onpointermove = (event) => this.#drag(event);
    this.handle.onpointerup = this.handle.onpointercancel = () => this.#release();
    this.handle.ondblclick = () => this.#set({ share: FIRST_SHARE, extra: 0 });
    this.handle.onkeydown = (event) => this.#key(event);
    this.onDock = () => this.#set({ dock: this.dock === "right" ? "below" : "right" });
    this.onResize = () => this.apply();
    window.addEventListener(DOCK_EVENT, this.onDock);
    window.addEventListener("resize", this.onResize);
    this.observer = new ResizeObserver(this.onResize);
  }

  /** What lies above the map may have changed its height with each run of the page. */
  update() {
    const main = document.querySelector('[data-testid="stMainBlockContainer"]');
    if (main) this.observer.observe(main);
    this.apply();
  }

  get #split() {
    return document.querySelector(".st-key-explore-split");
  }

  apply() {
    const split = this.#split;
    if (!split) return;
    const isNarrow = split.clientWidth > 0 && split.clientWidth < NARROW;
    const dock = isNarrow ? "narrow" : this.dock;
    const main = document.querySelector('[data-testid="stMain"]');
    const top = split.getBoundingClientRect().top + main.scrollTop;
    const fitting = Math.max(window.innerHeight - top - BELOW, LEAST_HEIGHT);
    const height = { right: fitting, below: Math.max(fitting + this.extra, LEAST_HEIGHT), narrow: Math.max(Math.min(0.68 * window.innerHeight, 1.15 * split.clientWidth), 340) }[dock];
    const root = document.documentElement;
    root.dataset.exploreDock = dock;
    root.style.setProperty("--explore-share", this.share);
    root.style.setProperty("--explore-height", `${Math.round(height)}px`);
    const isBeside = dock === "right";
    this.handle.hidden = isNarrow;
    const attributes = isBeside
      ? { "aria-orientation": "vertical", "aria-label": "Width of the map", "aria-valuemin": 100 * LEAST_SHARE, "aria-valuemax": 100 * MOST_SHARE, "aria-valuenow": Math.round(100 * this.share) }
      : { "aria-orientation": "horizontal", "aria-label": "Height of the map", "aria-valuemin": LEAST_HEIGHT, "aria-valuemax": 3000, "aria-valuenow": Math.round(height) };
    for (const [name, value] of Object.entries(attributes)) this.handle.setAttribute(name, value);
    this.handle.title = "Drag, or use the arrow keys; double-click resets";
  }

  #set(change) {
    Object.assign(this, change);
    this.share = within(this.share, LEAST_SHARE, MOST_SHARE);
    this.extra = within(this.extra, -2000, 2000);
    keep({ share: this.share, extra: this.extra, dock: this.dock });
    this.apply();
  }

  #grab(event) {
    if (event.button) return;
    event.preventDefault();
    this.handle.focus();
    this.handle.setPointerCapture(event.pointerId);
    this.grabbed = { share: this.share, extra: this.extra, x: event.clientX, y: event.clientY };
  }

  #drag(event) {
    if (!this.grabbed) return;
    const { share, extra, x, y } = this.grabbed;
    if (this.dock === "right") this.#set({ share: share + (event.clientX - x) / this.#split.clientWidth });
    else this.#set({ extra: extra + event.clientY - y });
  }

  #release() {
    this.grabbed = null;
  }

  #key(event) {
    const direction = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.dock === "right") this.#set({ share: this.share + direction * KEY_STEP });
    else this.#set({ extra: this.extra + direction * 40 });
  }

  destroy() {
    window.removeEventListener(DOCK_EVENT, this.onDock);
    window.removeEventListener("resize", this.onResize);
    this.observer.disconnect();
  }
}

export default function ({ parentElement }) {
  if (!splitters.has(parentElement)) splitters.set(parentElement, new Splitter(parentElement));
  splitters.get(parentElement).update();
  return () => {
    splitters.get(parentElement)?.destroy();
    splitters.delete(parentElement);
  };
}
