const DENSE = 1.25; // CSS pixels from point to point on average: nearer, single points cover each other
const CELL = 2; // CSS pixels
const FAINTEST = 0.22;
const FULL_QUANTILE = 0.99; // cells fuller than these are as strong: a single heap must not leave the rest faint

/** How many points lie where, as strength, in the mean of their colors: what a map of a million says from far away. */
class DensityPainter {
  constructor(canvas) {
    this.canvas = canvas;
    this.grid = h("canvas");
  }

  clear() {
    this.canvas.hidden = true;
  }

  /** `isScale` says that the codes are steps of a palette: the color of their mean says more than the mean of colors. */
  draw({ points, layers, table, camera, ratio, theme, isScale }) {
    const columns = Math.ceil(camera.width / CELL);
    const rows = Math.ceil(camera.height / CELL);
    const size = columns * rows;
    const sums = [0, 1, 2].map(() => new Float32Array(size));
    const counts = new Uint32Array(size);
    const faded = new Uint8Array(size);
    const { positions, codes, count } = points;
    const scale = camera.scale / STEPS / CELL;
    const left = (camera.width / 2 - camera.x * camera.scale) / CELL;
    const top = (camera.height / 2 + camera.y * camera.scale) / CELL;
    for (let i = 0; i < count; i++) {
      const color = codes[i] * 4;
      if (layers[i] > 1 || !table[color + 3]) continue;
      const column = Math.floor(positions[2 * i] * scale + left);
      const row = Math.floor(top - positions[2 * i + 1] * scale);
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const cell = row * columns + column;
      if (!layers[i]) {
        faded[cell] = 1;
        continue;
      }
      if (isScale && codes[i] === MISSING) continue;
      counts[cell]++;
      if (isScale) {
        sums[0][cell] += codes[i];
        continue;
      }
      sums[0][cell] += table[color];
      sums[1][cell] += table[color + 1];
      sums[2][cell] += table[color + 2];
    }
    this.#paint({ columns, rows, sums, counts, faded, theme, table: isScale && table });
    Object.assign(this.canvas, { hidden: false, width: Math.round(camera.width * ratio), height: Math.round(camera.height * ratio) });
    const context = this.canvas.getContext("2d");
    context.drawImage(this.grid, 0, 0, columns * CELL * ratio, rows * CELL * ratio);
  }

  #paint({ columns, rows, sums, counts, faded, theme, table }) {
    Object.assign(this.grid, { width: columns, height: rows });
    const context = this.grid.getContext("2d");
    const image = context.createImageData(columns, rows);
    const pixels = image.data;
    const fullest = Math.log1p(fullCount(counts));
    for (let cell = 0; cell < counts.length; cell++) {
      const count = counts[cell];
      if (!count && !faded[cell]) continue;
      const step = table && count ? 4 * Math.round(sums[0][cell] / count) : 0;
      for (let channel = 0; channel < 3; channel++) {
        const mean = table ? table[step + channel] : sums[channel][cell] / count;
        pixels[4 * cell + channel] = count ? mean : theme.faded[channel];
      }
      pixels[4 * cell + 3] = 255 * (count ? FAINTEST + (1 - FAINTEST) * Math.min(Math.log1p(count) / fullest, 1) : 0.6);
    }
    context.putImageData(image, 0, 0);
  }
}

/** The count that all but the fullest hundredth of the cells with points stay below. */
function fullCount(counts) {
  const filled = counts.filter((count) => count > 0).sort();
  return filled[Math.floor(FULL_QUANTILE * (filled.length - 1))] ?? 1;
}

/** Of each point: 0 faded, 1 plain, 2 nowhere; `isInside` is null without an outline. */
function layersOf({ positions, marks, count }, isInside) {
  const layers = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if (marks[i] & NOWHERE) layers[i] = 2;
    else if (!(marks[i] & FADED)) layers[i] = !isInside || isInside(positions[2 * i] / STEPS, positions[2 * i + 1] / STEPS) ? 1 : 0;
  }
  return layers;
}
