const LONGEST_LINE = 24; // letters
const tables = new WeakMap();

function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Draws the lines anew only when they differ, so that focus and scrolling stay. */
class Table {
  constructor(parent) {
    this.parent = parent;
    this.root = element("div", "rows");
    parent.querySelector(".rows")?.remove();
    parent.append(this.root);
    this.root.addEventListener("change", (event) => this.#tick(event.target));
    this.root.addEventListener("click", (event) => this.#click(event));
    this.root.addEventListener("keydown", (event) => this.#move(event));
    this.root.addEventListener("focusin", (event) => this.#enter(event.target));
    this.sizes = new ResizeObserver(() => this.#fit());
    this.sizes.observe(this.root);
  }

  update({ data, setStateValue }) {
    this.report = (chosen) => setStateValue("chosen", chosen);
    this.isSingle = data.choice === "one";
    const drawn = JSON.stringify({ ...data, chosen: null });
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const keys = new Set(data.lines.map((line) => line.key));
    this.chosen = new Set([...(this.chosen ?? data.chosen)].filter((key) => keys.has(key)));
    const focused = this.parent.activeElement?.value ?? this.parent.querySelector(":focus")?.value;
    this.hasTicks = data.choice !== "none";
    this.root.replaceChildren(this.#table(data));
    const inputs = this.#inputs();
    this.#enter(inputs.find((input) => input.checked) ?? inputs[0]);
    inputs.find((input) => input.value === focused)?.focus();
    this.#fit();
  }

  #inputs() {
    return [...this.root.querySelectorAll("input")];
  }

  // Roles as a table has them: what is laid out in another way loses them.
  #table({ name, columns, lines }) {
    const table = element("table");
    table.setAttribute("role", "table");
    table.setAttribute("aria-label", name);
    if (this.hasTicks) table.setAttribute("aria-description", "The arrow keys lead from row to row, Space ticks one");
    const head = element("thead");
    const titles = element("tr");
    titles.setAttribute("role", "row");
    if (this.hasTicks) titles.append(this.#heading({ title: "" }));
    titles.append(...columns.map((column) => this.#heading(column)));
    head.append(titles);
    const body = element("tbody");
    body.append(...lines.map((line) => this.#line(line, columns)));
    table.append(head, body);
    return table;
  }

  #heading({ title, hint, is_number }) {
    const heading = element("th", is_number ? "number" : "", title);
    heading.setAttribute("role", "columnheader");
    if (hint) heading.title = hint;
    if (!title) heading.setAttribute("aria-label", "Ticked");
    return heading;
  }

  #line(line, columns) {
    const row = element("tr");
    row.setAttribute("role", "row");
    if (this.hasTicks) row.append(this.#box(line));
    columns.forEach((column, place) => {
      const cell = this.#cell(column, line.cells[place]);
      if (!place) {
        cell.classList.add("name");
        cell.style.setProperty("--depth", line.depth);
        cell.classList.toggle("depth", line.depth > 0);
        if (line.image) cell.prepend(this.#image(line.image));
      }
      row.append(cell);
    });
    row.classList.toggle("ticked", this.chosen.has(line.key));
    return row;
  }

  #box(line) {
    const cell = element("td", "tick");
    cell.setAttribute("role", "cell");
    const box = element("input");
    box.type = "checkbox";
    box.value = line.key;
    box.checked = this.chosen.has(line.key);
    box.setAttribute("aria-label", `Choose ${line.cells[0]}`);
    cell.append(box);
    return cell;
  }

  #cell(column, content) {
    const cell = element("td", column.is_number ? "number" : "");
    cell.setAttribute("role", "cell");
    cell.dataset.title = column.title;
    if (column.is_share) {
      cell.append(this.#bar(content, `${content.toFixed(1)}%`));
      return cell;
    }
    if (column.is_score) {
      cell.append(content === null ? element("span", "", "–") : this.#bar(100 * content, content.toFixed(3)));
      return cell;
    }
    // A figure stays in one line, a long name does not.
    cell.classList.toggle("long", content.length > LONGEST_LINE);
    const text = element("span", "", content);
    // A name in Arabic or Hebrew reads from the right, and moves nothing beside it.
    text.dir = "auto";
    cell.append(text);
    return cell;
  }

  #image(address) {
    const image = element("img");
    // Of hundreds of rows a few are in view.
    image.loading = "lazy";
    image.alt = "";
    image.src = address;
    return image;
  }

  #bar(percent, text) {
    const share = element("div", "share");
    const track = element("div", "track");
    const fill = element("div", "fill");
    fill.style.width = `${percent}%`;
    track.append(fill);
    share.append(track, element("span", "", text));
    return share;
  }

  #click(event) {
    const box = event.target.closest("tbody tr")?.querySelector("input");
    // Who marks a name to copy it ticks nothing.
    if (!box || event.target === box || String(document.getSelection())) return;
    box.checked = !box.checked;
    this.#tick(box);
  }

  #tick(box) {
    if (this.isSingle) this.chosen.clear();
    if (box.checked) this.chosen.add(box.value);
    else this.chosen.delete(box.value);
    for (const input of this.#inputs()) {
      input.checked = this.chosen.has(input.value);
      input.closest("tr").classList.toggle("ticked", input.checked);
    }
    this.report([...this.chosen]);
  }

  /** Gives the Tab key one tick of the table, from which arrow keys lead to the others. */
  #enter(box) {
    if (box?.type !== "checkbox") return;
    for (const input of this.#inputs()) input.tabIndex = input === box ? 0 : -1;
  }

  #move(event) {
    const inputs = this.#inputs();
    const place = inputs.indexOf(event.target);
    const last = inputs.length - 1;
    const next = { ArrowDown: Math.min(place + 1, last), ArrowUp: Math.max(place - 1, 0), Home: 0, End: last }[event.key];
    if (place < 0 || next === undefined) return;
    event.preventDefault();
    inputs[next].focus();
  }

  /** Puts the cells of a row below each other if they do not fit beside each other. */
  #fit() {
    this.root.classList.toggle("ticks", this.hasTicks);
    this.root.classList.remove("stacked");
    this.root.classList.toggle("stacked", this.root.scrollWidth > this.root.clientWidth);
    // Whoever has no mouse scrolls by keys.
    if (this.hasTicks || this.root.scrollHeight <= this.root.clientHeight) this.root.removeAttribute("tabindex");
    else this.root.tabIndex = 0;
  }

  destroy() {
    this.sizes.disconnect();
  }
}

export default function (component) {
  const { parentElement } = component;
  if (!tables.has(parentElement)) tables.set(parentElement, new Table(parentElement));
  tables.get(parentElement).update(component);
  return () => {
    tables.get(parentElement)?.destroy();
    tables.delete(parentElement);
  };
}
