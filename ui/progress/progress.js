// Often enough for a bar that moves; an answer is 150 bytes.
const POLL_MS = 500;
// Longer than a page takes to redraw. Doubled each time: a request that comes during a run starts it anew.
const REPEAT_MS = 5000;
const watches = new WeakMap();

/** Asks how far a job is until the page, redrawn after the job's end, takes this away. */
class Watch {
  constructor(parent) {
    this.text = document.createElement("div");
    this.text.className = "text";
    this.fill = document.createElement("div");
    this.fill.className = "fill";
    this.track = document.createElement("div");
    this.track.className = "track";
    this.track.setAttribute("role", "progressbar");
    this.track.append(this.fill);
    const root = document.createElement("div");
    root.className = "progress";
    root.append(this.text, this.track);
    parent.querySelector(".progress")?.remove();
    parent.append(root);
  }

  update({ data, setTriggerValue }) {
    this.report = (count) => setTriggerValue("ended", count);
    if (data.address === this.address) return;
    clearTimeout(this.timer);
    this.address = data.address;
    this.reports = 0;
    this.#show(data);
    this.#poll();
  }

  #show({ text, fraction }) {
    const percent = Math.round(100 * fraction);
    this.text.textContent = text;
    this.fill.style.width = `${percent}%`;
    this.track.setAttribute("aria-valuenow", percent);
    this.track.setAttribute("aria-label", text);
  }

  async #poll() {
    const address = this.address;
    const state = await this.#fetchState(address);
    if (address !== this.address) return;
    let pause = POLL_MS;
    if (state?.isRunning) this.#show(state);
    else if (state) {
      // Whatever becomes of one request or its answer: as long as this is on the page, the page has not been redrawn.
      pause = REPEAT_MS * 2 ** this.reports;
      this.reports += 1;
      this.report(this.reports);
    }
    this.timer = setTimeout(() => this.#poll(), pause);
  }

  /** The answer, or null while the server is away. */
  async #fetchState(address) {
    try {
      const answer = await fetch(address, { cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  destroy() {
    clearTimeout(this.timer);
    this.address = null;
  }
}

export default function (component) {
  const { parentElement } = component;
  if (!watches.has(parentElement)) watches.set(parentElement, new Watch(parentElement));
  watches.get(parentElement).update(component);
  return () => {
    watches.get(parentElement)?.destroy();
    watches.delete(parentElement);
  };
}
