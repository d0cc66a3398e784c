const MAX_ZOOM = 128;
const MARGIN = 28;
const TOOLBAR = 36; // lies over the right edge

/** Where the map is looked at. World coordinates run from 0 to 1 along its larger side; y points up. */
class Camera {
  constructor() {
    Object.assign(this, { x: 0.5, y: 0.5, scale: 1, width: 1, height: 1, frame: { width: 1, height: 1 } });
  }

  get fittingScale() {
    const { frame, width, height } = this;
    const free = (side) => Math.max(40, side - 2 * MARGIN);
    return Math.min(free(width - TOOLBAR) / Math.max(frame.width, 0.02), free(height) / Math.max(frame.height, 0.02));
  }

  get zoom() {
    return this.scale / this.fittingScale;
  }

  get home() {
    const scale = this.fittingScale;
    return { x: this.frame.width / 2 + TOOLBAR / 2 / scale, y: this.frame.height / 2, scale };
  }

  /** Keeps center and zoom when the stage changes its size. */
  resize(width, height) {
    const zoom = this.zoom;
    Object.assign(this, { width, height });
    this.scale = this.fittingScale * zoom;
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, this.height / 2 - (y - this.y) * this.scale];
  }

  toWorld(left, top) {
    return [(left - this.width / 2) / this.scale + this.x, (this.height / 2 - top) / this.scale + this.y];
  }

  pan(right, down) {
    this.x = Math.min(Math.max(this.x - right / this.scale, -0.5), this.frame.width + 0.5);
    this.y = Math.min(Math.max(this.y + down / this.scale, -0.5), this.frame.height + 0.5);
  }

  zoomAbout(left, top, factor) {
    const [x, y] = this.toWorld(left, top);
    const fitting = this.fittingScale;
    this.scale = Math.min(Math.max(this.scale * factor, fitting / 2), fitting * MAX_ZOOM);
    const [movedX, movedY] = this.toWorld(left, top);
    this.x += x - movedX;
    this.y += y - movedY;
  }
}
