const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const NO_COLOR = "#8a949c";

function vector(tag, attributes) {
  const made = document.createElementNS(SVG_NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/**
 * Boxes, keypoints and the mask of one image as a drawing of its size, to be laid over it with the same fit.
 * Coordinates are shares of the image's sides; `wanted` says which classes, from which confidence on.
 */
function shapesOver({ boxes, keypoints, has_mask: hasMask }, { width, height, colors, wanted, maskUrl }) {
  const isWanted = ({ label, score }) => score >= wanted.least && (!wanted.classes.length || wanted.classes.includes(label));
  const drawing = vector("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  if (hasMask) drawing.append(vector("image", { class: "mask", href: maskUrl, width, height, preserveAspectRatio: "none" }));
  // The most confident one lies on top.
  for (const { x0, y0, x1, y1, label, score } of boxes.filter(isWanted).reverse()) {
    const place = { x: x0 * width, y: y0 * height, width: (x1 - x0) * width, height: (y1 - y0) * height };
    // A dark line below keeps a colored one apart from an image of its color.
    drawing.append(vector("rect", { ...place, class: "rim" }));
    const box = vector("rect", { ...place, stroke: colors[label] ?? NO_COLOR });
    box.append(vector("title", {}));
    box.firstChild.textContent = `${label} ${score.toFixed(2)}`;
    drawing.append(box);
  }
  for (const { x, y, label } of keypoints.filter(isWanted)) {
    // A line of no length with round ends: its width does not grow with the image.
    for (const kind of ["rim", "point"]) {
      drawing.append(vector("path", { class: kind, d: `M${x * width} ${y * height}h0`, stroke: kind === "rim" ? "#000" : (colors[label] ?? NO_COLOR) }));
    }
  }
  return drawing;
}
