const AT_ONCE = 4; // browsers open six connections to a host, and the page needs some
const COMPARED_AT_ONCE = 500;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
const MOST_REFUSED = 200;

/** Ends an upload: the server takes no more, or a person has canceled. */
class Ended extends Error {}

/** Sends images to one dataset. It outlives the element on the page: people may look at other pages meanwhile. */
class Upload {
  constructor({ label, images, nOthers }) {
    Object.assign(this, { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), dataset: "", label, images, nOthers });
    this.state = "new";
    this.total = images.length;
    this.totalBytes = images.reduce((sum, { bytes }) => sum + bytes, 0);
    this.nThere = this.nSent = this.nRefused = this.bytesDone = this.bytesSent = 0;
    this.refused = [];
    this.abort = new AbortController();
  }

  get nDone() {
    return this.nThere + this.nSent + this.nRefused;
  }

  get secondsLeft() {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return this.bytesSent && seconds > 1 ? ((this.totalBytes - this.bytesDone) * seconds) / this.bytesSent : null;
  }

  async start(dataset) {
    if (this.state !== "new") return;
    this.dataset = dataset;
    this.state = "comparing";
    const warn = (event) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    try {
      const missing = await this.#compare();
      this.state = "sending";
      this.startedAt = performance.now();
      const queue = missing.values();
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#sendAll(queue)));
      this.state = "done";
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      this.abort.abort();
      this.state = this.isCanceled ? "canceled" : "failed";
      this.reason = error.message;
    } finally {
      window.removeEventListener("beforeunload", warn);
      this.images = null;
    }
  }

  cancel() {
    this.isCanceled = true;
    this.abort.abort();
  }

  async #compare() {
    const missing = [];
    for (let start = 0; start < this.images.length; start += COMPARED_AT_ONCE) {
      const some = this.images.slice(start, start + COMPARED_AT_ONCE);
      const body = JSON.stringify(some.map(({ name, bytes, modified }) => [name, bytes, modified]));
      const answer = await this.#ask("", { method: "POST", body });
      if (!answer.ok) throw new Ended((await answer.json()).message);
      const { missing: positions, refused } = await answer.json();
      for (const [position, reason] of Object.entries(refused)) this.#refuse(some[position], reason);
      const isOpen = new Set(positions);
      some.forEach((image, position) => {
        if (isOpen.has(position)) missing.push(image);
        else if (!(position in refused)) this.#count("nThere", image);
      });
    }
    return missing;
  }

  async #sendAll(queue) {
    // The four share the queue: each takes the next image that none has taken.
    for (const image of queue) {
      let content;
      try {
        content = await image.read();
      } catch (error) {
        this.#refuse(image, error.message);
        continue;
      }
      await this.#send(image, content);
    }
  }

  async #send(image, content) {
    const query = new URLSearchParams({ name: image.name, bytes: image.bytes, modified: image.modified });
    const answer = await this.#ask(`?${query}`, { method: "PUT", body: content });
    if (answer.ok) {
      this.#count((await answer.json()).isNew ? "nSent" : "nThere", image);
      this.bytesSent += image.bytes;
      return;
    }
    const { message, code } = await answer.json();
    if (["CONFLICT", "MALFORMED_REQUEST", "CONTENT_TOO_LARGE"].includes(code)) this.#refuse(image, message);
    else throw new Ended(message);
  }

  /** The answer of the server, however long it takes to come back: it may be started again meanwhile. */
  async #ask(query, options) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      if (this.isCanceled) throw new Ended("canceled");
      try {
        const answer = await fetch(`/drop/${this.dataset}${query}`, { ...options, signal: this.abort.signal, cache: "no-store" });
        const isJson = (answer.headers.get("content-type") ?? "").includes("json");
        if (answer.status === 401) throw new Ended("you are signed out; sign in and drop the images again");
        if (answer.status === 507 || (isJson && answer.status < 500)) {
          this.isAway = false;
          return answer;
        }
        if (answer.status < 500) throw new Ended(await answer.text());
      } catch (error) {
        if (error instanceof Ended) throw error;
        if (this.abort.signal.aborted) throw new Ended("canceled");
        // A file that was changed or removed on its disk fails like a connection, and never comes back.
        if (options.body instanceof Blob && !(await canBeRead(options.body))) return unreadable();
      }
      this.isAway = true;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #count(kind, { bytes }) {
    this[kind] += 1;
    this.bytesDone += bytes;
  }

  #refuse(image, reason) {
    this.#count("nRefused", image);
    if (this.refused.length < MOST_REFUSED) this.refused.push({ name: image.name, reason });
  }
}

const canBeRead = (blob) => blob.slice(0, 1).arrayBuffer().then(() => true, () => false);

const unreadable = () =>
  Response.json({ code: "MALFORMED_REQUEST", message: "it was changed or removed while it was sent" }, { status: 400 });
