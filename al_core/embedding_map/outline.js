const MAX_VERTICES = 160;
const MASK_SIZE = 1024;

/** Ramer, Douglas and Peucker's simplification: no dropped vertex lies farther than `tolerance` from the result. */
function simplifyPath(path, tolerance) {
  const keep = new Uint8Array(path.length);
  keep[0] = keep[path.length - 1] = 1;
  const pending = [[0, path.length - 1]];
  while (pending.length) {
    const [first, last] = pending.pop();
    const [ax, ay] = path[first];
    const dx = path[last][0] - ax;
    const dy = path[last][1] - ay;
    const length = Math.hypot(dx, dy);
    let farthest = 0;
    let split = -1;
    for (let i = first + 1; i < last; i++) {
      const [px, py] = [path[i][0] - ax, path[i][1] - ay];
      const distance = length ? Math.abs(px * dy - py * dx) / length : Math.hypot(px, py);
      if (distance > farthest) [farthest, split] = [distance, i];
    }
    if (farthest > tolerance) {
      keep[split] = 1;
      pending.push([first, split], [split, last]);
    }
  }
  return path.filter((_, i) => keep[i]);
}

function outlineOf(path) {
  let tolerance = 0.5;
  let outline = simplifyPath(path, tolerance);
  while (outline.length > MAX_VERTICES) {
    tolerance *= 1.4;
    outline = simplifyPath(path, tolerance);
  }
  return outline;
}

function boxPath([[left, top], [right, bottom]]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** The outline painted into a square image, so that the graphics card can look up whether a point lies inside. */
function paintMask(outline) {
  const xs = outline.map(([x]) => x);
  const ys = outline.map(([, y]) => y);
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
  const width = Math.max(...xs) - left || 1e-9;
  const height = Math.max(...ys) - bottom || 1e-9;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = MASK_SIZE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.beginPath();
  for (const [x, y] of outline) context.lineTo(((x - left) / width) * MASK_SIZE, ((y - bottom) / height) * MASK_SIZE);
  context.fill("evenodd");
  return { canvas, box: [left, bottom, 1 / width, 1 / height] };
}

function maskPixels({ canvas, box }) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, MASK_SIZE, MASK_SIZE);
  return (x, y) => {
    const column = Math.floor((x - box[0]) * box[2] * MASK_SIZE);
    const row = Math.floor((y - box[1]) * box[3] * MASK_SIZE);
    if (column < 0 || row < 0 || column >= MASK_SIZE || row >= MASK_SIZE) return false;
    return data[(row * MASK_SIZE + column) * 4 + 3] > 127;
  };
}
