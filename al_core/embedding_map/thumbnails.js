const THUMBNAIL_ZOOM = 2; // times as near as where all points are in view
const FEW_POINTS = 60; // in view: thumbnails at any zoom
const MOST_IN_VIEW = 4000; // points; among more the few thumbnails with room would say nothing
const MOST_THUMBNAILS = 150;
const MAX_KEPT_IMAGES = 500;
const SETTLED_MS = 120; // images are asked for once the view rests
const [SMALLEST, LARGEST] = [30, 84]; // CSS pixels
const ROOM = 3; // between two of them

/** Images in the place of points, where there is room for them. */
class Thumbnails {
  constructor(onLoad) {
    Object.assign(this, { onLoad, images: new Map(), placed: [], isWanted: true, source: null });
  }

  /** Chooses which points get their image: ringed ones first, then those in the filter, none over another. */
  choose({ camera, header, points, palette, findIndex }) {
    this.placed = [];
    if (!this.isWanted || !header.imageUrl || !header.count) return;
    const rows = this.#rowsInView(camera, findIndex, points, palette);
    if (!rows.length || (camera.zoom < THUMBNAIL_ZOOM && rows.length > FEW_POINTS)) return;
    const spacing = Math.sqrt((camera.width * camera.height) / rows.length);
    this.size = Math.round(Math.min(Math.max(0.8 * spacing, SMALLEST), LARGEST));
    const { marks } = points;
    const rank = (row) => (marks[row] & ANY_RING ? 0 : 1) + (marks[row] & FADED ? 2 : 0);
    rows.sort((one, other) => rank(one) - rank(other) || one - other);
    this.#place(rows, points, camera);
  }

  #rowsInView(camera, findIndex, { count, positions, codes, marks }, palette) {
    if (camera.zoom < THUMBNAIL_ZOOM && count > MOST_IN_VIEW) return [];
    const [left, top] = camera.toWorld(0, 0);
    const [right, bottom] = camera.toWorld(camera.width, camera.height);
    const rows = [];
    for (const row of findIndex().within(left, bottom, right, top)) {
      if (marks[row] & NOWHERE || !palette[codes[row] * 4 + 3]) continue;
      const [x, y] = [positions[2 * row] / STEPS, positions[2 * row + 1] / STEPS];
      if (x < left || x > right || y < bottom || y > top) continue;
      if (rows.push(row) > MOST_IN_VIEW) return [];
    }
    return rows;
  }

  #place(rows, { positions }, camera) {
    const step = this.size + ROOM;
    const cells = new Map();
    const cellOf = (left, top) => `${Math.floor(left / step)} ${Math.floor(top / step)}`;
    for (const row of rows) {
      const [left, top] = camera.toScreen(positions[2 * row] / STEPS, positions[2 * row + 1] / STEPS);
      let isFree = true;
      for (const right of [-step, 0, step]) {
        for (const down of [-step, 0, step]) {
          const other = cells.get(cellOf(left + right, top + down));
          if (other && Math.abs(other.left - left) < step && Math.abs(other.top - top) < step) isFree = false;
        }
      }
      if (!isFree) continue;
      const thumbnail = { row, left, top };
      cells.set(cellOf(left, top), thumbnail);
      if (this.placed.push(thumbnail) >= MOST_THUMBNAILS) return;
    }
  }

  draw(context, { header, points, palette, theme, hiddenMarks }) {
    clearTimeout(this.timer);
    const missing = this.placed.filter(({ row }) => !this.images.has(row));
    if (missing.length) this.timer = setTimeout(() => missing.forEach(({ row }) => this.#load(row, header.imageUrl)), SETTLED_MS);
    const half = this.size / 2;
    for (const { row, left, top } of this.placed) {
      const image = this.images.get(row);
      if (!image?.naturalWidth) continue;
      const isFaded = points.marks[row] & FADED;
      context.globalAlpha = isFaded ? 0.3 : 1;
      const frame = new Path2D();
      frame.roundRect(left - half, top - half, this.size, this.size, 4);
      context.fillStyle = `rgb(${theme.background})`;
      context.fill(frame);
      context.save();
      context.clip(frame);
      // As large as covers the square: at this size there is no room for bars.
      const scale = this.size / Math.min(image.naturalWidth, image.naturalHeight);
      const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
      context.imageSmoothingEnabled = scale < 2;
      context.drawImage(image, left - width / 2, top - height / 2, width, height);
      context.restore();
      const code = points.codes[row] * 4;
      context.lineWidth = 3;
      context.strokeStyle = `rgb(${palette.subarray(code, code + 3).join()})`;
      context.stroke(frame);
      this.#strokeRing(context, { row, left, top, points, theme, hiddenMarks });
    }
    context.globalAlpha = 1;
  }

  #strokeRing(context, { row, left, top, points, theme, hiddenMarks }) {
    const kind = Object.keys(RINGS).findLast((name) => points.marks[row] & RINGS[name] && !hiddenMarks.has(name));
    if (!kind) return;
    const half = this.size / 2 + 3;
    context.beginPath();
    context.roundRect(left - half, top - half, 2 * half, 2 * half, 6);
    context.lineWidth = 2;
    context.strokeStyle = `rgb(${kind === "ring" ? theme.text : theme[kind]})`;
    context.stroke();
  }

  #load(row, url) {
    if (this.images.has(row)) return;
    const image = new Image();
    image.onload = () => this.onLoad();
    image.decoding = "async";
    loadInto(image, this.source.image(url.replaceAll("{row}", row)));
    this.images.set(row, image);
    if (this.images.size > MAX_KEPT_IMAGES) this.images.delete(this.images.keys().next().value);
  }

  /** The row whose image lies there, or -1. */
  at(left, top) {
    const half = this.size / 2;
    return this.placed.find((each) => Math.abs(each.left - left) <= half && Math.abs(each.top - top) <= half)?.row ?? -1;
  }
}
