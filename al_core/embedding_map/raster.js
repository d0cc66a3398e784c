/** Draws as webgl.js does, written into an image by the processor: a tenth of what emulated WebGL takes. */
class RasterRenderer {
  constructor(canvas) {
    Object.assign(this, { name: "raster", context: canvas.getContext("2d"), isInside: null });
  }

  setPoints(points) {
    this.points = points;
    this.#fade();
  }

  setPalette(table) {
    this.table = table;
  }

  setMask(mask) {
    this.isInside = mask && maskPixels(mask);
    this.#fade();
  }

  /** Known before drawing, because a view that moves draws the same points again. */
  #fade() {
    this.layers = layersOf(this.points, this.isInside);
  }

  draw({ camera, ratio, theme, ringedMarks, hasFaded, isDense }) {
    const { width, height } = this.context.canvas;
    if (!width || !height) return;
    if (this.image?.width !== width || this.image.height !== height) this.image = this.context.createImageData(width, height);
    const pixels = new Uint32Array(this.image.data.buffer);
    const [red, green, blue] = theme.background.map(Math.round);
    pixels.fill(isDense ? 0 : ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    const { size, opacity } = pointStyle(camera, this.points.count);
    const view = { camera, ratio, width, height, pixels, ringedMarks };
    const gray = Uint8Array.from({ length: 1024 }, (_, at) => (at % 4 < 3 ? theme.faded[at % 4] : this.table[at]));
    if (hasFaded && !isDense) this.#fill(view, 0, gray, Math.max(1.7, size * 0.8) * ratio, opacity * 0.6);
    if (!isDense) this.#fill(view, 1, this.table, size * ratio, opacity);
    this.context.putImageData(this.image, 0, 0);
    if (ringedMarks) this.#drawRings(camera, ratio, theme, ringedMarks, Math.max(size + 5, RING_SIZE));
  }

  #fill({ camera, ratio, width, height, pixels, ringedMarks }, layer, table, size, opacity) {
    const { points, layers } = this;
    const { positions, codes, marks, count } = points;
    const scale = (camera.scale * ratio) / STEPS;
    const left = width / 2 - camera.x * camera.scale * ratio;
    const top = height / 2 + camera.y * camera.scale * ratio;
    const half = size / 2;
    const isSquare = size < 2.6;
    const isRimmed = size > 5;
    for (let i = 0; i < count; i++) {
      const color = codes[i] * 4;
      if (layers[i] !== layer || marks[i] & ringedMarks || !table[color + 3]) continue;
      const x = positions[2 * i] * scale + left;
      const y = top - positions[2 * i + 1] * scale;
      if (x < -half || y < -half || x > width + half || y > height + half) continue;
      // The pixels whose middle lies inside, as on the graphics card.
      const [x0, x1] = [Math.max(Math.ceil(x - half - 0.5), 0), Math.min(Math.ceil(x + half - 0.5), width)];
      const [y0, y1] = [Math.max(Math.ceil(y - half - 0.5), 0), Math.min(Math.ceil(y + half - 0.5), height)];
      for (let row = y0; row < y1; row++) {
        for (let column = x0; column < x1; column++) {
          let share = opacity;
          let light = 1;
          if (!isSquare) {
            const distance = Math.sqrt((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2);
            if (distance >= half) continue;
            share *= Math.min(half - distance, 1);
            if (isRimmed) light -= 0.28 * Math.min(Math.max(distance - half + 2, 0), 1);
          }
          const at = row * width + column;
          pixels[at] = blend(pixels[at], table[color] * light, table[color + 1] * light, table[color + 2] * light, (share * 256) | 0);
        }
      }
    }
  }

  #drawRings(camera, ratio, theme, ringedMarks, size) {
    const { positions, codes, marks, ringed } = this.points;
    const { context, table, layers } = this;
    const stamps = new Map();
    const side = Math.ceil(size * ratio) + 2;
    for (const i of ringed) {
      const code = codes[i] * 4;
      if (!(marks[i] & ringedMarks) || layers[i] > 1 || !table[code + 3]) continue;
      const kinds = marks[i] & ringedMarks;
      const ring = kinds & HIGHLIGHT ? theme.highlight : kinds & TEST ? theme.test : kinds & SENT ? theme.sent : theme.text;
      const key = `${codes[i]} ${ring}`;
      if (!stamps.has(key)) stamps.set(key, ringStamp(side, (size / 2) * ratio, RING_WIDTH * ratio, [ring, theme.background, table.subarray(code, code + 3)]));
      const [x, y] = camera.toScreen(positions[2 * i] / STEPS, positions[2 * i + 1] / STEPS);
      context.globalAlpha = layers[i] ? 1 : 0.35;
      context.drawImage(stamps.get(key), Math.round(x * ratio - side / 2), Math.round(y * ratio - side / 2));
    }
    context.globalAlpha = 1;
  }

  restore() {}

  destroy() {}
}

/** A color over an opaque pixel; `share` is of 256. */
function blend(pixel, red, green, blue, share) {
  const rest = 256 - share;
  const r = ((pixel & 255) * rest + red * share) >> 8;
  const g = (((pixel >> 8) & 255) * rest + green * share) >> 8;
  const b = (((pixel >> 16) & 255) * rest + blue * share) >> 8;
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** A point with its ring, drawn once for each color and then copied. */
function ringStamp(side, radius, ringWidth, colors) {
  const stamp = h("canvas", { width: side, height: side });
  const context = stamp.getContext("2d");
  const radii = [radius, radius - ringWidth, (radius - ringWidth) * 0.74];
  radii.forEach((reach, at) => {
    context.beginPath();
    context.arc(side / 2, side / 2, reach, 0, 2 * Math.PI);
    context.fillStyle = `rgb(${colors[at].join(",")})`;
    context.fill();
  });
  return stamp;
}
