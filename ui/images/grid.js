const grids = new WeakMap();

function figure({ row, src, filename, caption }, open) {
  const image = document.createElement("img");
  Object.assign(image, { src, alt: "", loading: "lazy", decoding: "async" });
  const text = document.createElement("span");
  text.textContent = caption;
  const button = document.createElement("button");
  button.type = "button";
  button.title = filename;
  button.setAttribute("aria-label", `${filename}, ${caption}: show it large`);
  button.onclick = () => open(row);
  button.append(image, text);
  return button;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let grid = grids.get(parentElement);
  if (!grid) {
    grid = document.createElement("div");
    grid.className = "thumbnails";
    parentElement.append(grid);
    grids.set(parentElement, grid);
  }
  const open = (row) => setTriggerValue("opened", row);
  const wanted = JSON.stringify(data);
  // The same images again would only flicker.
  if (grid.dataset.shown !== wanted) grid.replaceChildren(...data.map((item) => figure(item, open)));
  grid.dataset.shown = wanted;
}
