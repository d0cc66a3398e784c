// Others are noticed within 15 s, also when an answer takes a while. One that says "nothing" takes
// the server 0.5 ms of processor time, the check of who asks included, and 0.9 ms where there are 10,000 tags.
const POLL_MS = 10_000;
const lines = new WeakMap();

/** Shows what others have changed, and asks for it while somebody looks at the page. */
class Line {
  constructor(parent) {
    this.root = document.createElement("div");
    this.root.className = "changes";
    this.root.setAttribute("role", "status");
    this.text = document.createElement("span");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.root.append(this.text, this.button);
    parent.querySelector(".changes")?.remove();
    parent.append(this.root);
    this.reads = 0;
    this.turn = 0;
    this.button.addEventListener("click", () => this.#read());
    this.onVisible = () => this.#poll();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  update({ data, setTriggerValue }) {
    this.report = (count) => setTriggerValue("read", count);
    // Streamlit draws it again with what it has when only its surroundings have changed.
    if (this.drawnAt === data.drawnAt) return;
    this.drawnAt = data.drawnAt;
    this.address = data.address;
    this.#show(data);
    this.#wait();
  }

  #show({ text, button }) {
    // Written only if it is another: a screen reader would read the same line again.
    if (this.text.textContent !== text) this.text.textContent = text;
    this.button.textContent = button;
    this.root.classList.toggle("empty", !text);
    this.button.disabled = false;
  }

  #read() {
    this.button.disabled = true;
    this.reads += 1;
    this.report(this.reads);
  }

  #wait() {
    // An answer to an earlier question does not know what the page shows by now.
    this.turn += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#poll(), POLL_MS);
  }

  async #poll() {
    if (document.hidden || !this.address) return;
    this.#wait();
    const turn = this.turn;
    const answer = await this.#fetchAnswer();
    if (answer && turn === this.turn) this.#show(answer);
  }

  /** The answer, or null while the server is away. */
  async #fetchAnswer() {
    try {
      const answer = await fetch(this.address, { cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  destroy() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.address = null;
  }
}

export default function (component) {
  const { parentElement } = component;
  if (!lines.has(parentElement)) lines.set(parentElement, new Line(parentElement));
  lines.get(parentElement).update(component);
  return () => {
    lines.get(parentElement)?.destroy();
    lines.delete(parentElement);
  };
}
