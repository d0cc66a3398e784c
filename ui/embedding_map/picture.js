/** Without WebGL the server draws. While a new picture is on its way the last one moves along with the view. */
class PictureRenderer {
  constructor(canvas) {
    Object.assign(this, { name: "picture", context: canvas.getContext("2d"), outline: null, picture: null });
  }

  setPoints(points) {
    this.points = points;
  }

  setPalette(table) {
    this.table = table;
  }

  setMask(mask) {
    this.outline = mask?.outline ?? null;
  }

  draw(view) {
    this.view = view;
    this.wanted = this.#look(view);
    this.#show(view.camera, view.ratio);
    if (!this.isAsking && this.got !== this.wanted) this.#ask();
  }

  #look({ camera, ratio, theme, ringedMarks }) {
    const { width, height } = this.context.canvas;
    const { size, opacity } = pointStyle(camera, this.points.count);
    return JSON.stringify({
      ...this.points.arrays,
      width,
      height,
      x: camera.x,
      y: camera.y,
      scale: camera.scale * ratio,
      size: size * ratio,
      opacity,
      ring_size: Math.max(size + 5, RING_SIZE) * ratio,
      ring_width: RING_WIDTH * ratio,
      ringed: ringedMarks,
      palette: [...this.table],
      background: theme.background,
      faded: theme.faded,
      labeled: theme.text,
      added: theme.added,
      outline: this.outline,
    });
  }

  /** One request at a time; the newest look is asked for when the answer is there. */
  async #ask() {
    this.isAsking = true;
    while (this.got !== this.wanted && !this.isGone) {
      const look = this.wanted;
      const answer = await fetch("/map/picture", { method: "POST", body: look }).catch(() => null);
      this.got = look;
      if (!answer?.ok) continue;
      const { x, y, scale } = JSON.parse(look);
      const image = await createImageBitmap(await answer.blob());
      this.picture = { image, x, y, scale };
      this.#show(this.view.camera, this.view.ratio);
    }
    this.isAsking = false;
    this.onDrawn();
  }

  #show(camera, ratio) {
    const { context, picture } = this;
    const { width, height } = context.canvas;
    context.clearRect(0, 0, width, height);
    if (!picture) return;
    const growth = (camera.scale * ratio) / picture.scale;
    const left = width / 2 + (picture.x - camera.x) * camera.scale * ratio - (picture.image.width / 2) * growth;
    const top = height / 2 - (picture.y - camera.y) * camera.scale * ratio - (picture.image.height / 2) * growth;
    context.drawImage(picture.image, left, top, picture.image.width * growth, picture.image.height * growth);
  }

  restore() {}

  destroy() {
    this.isGone = true;
  }
}
