const LABELED = 1;
const ADDED = 2;
const FADED = 4;
const NOWHERE = 8;
const STEPS = 65535;

const VERTEX_SHADER = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 position;
layout(location = 1) in uint code;
layout(location = 2) in uint marks;
uniform vec2 centre, zoom;
uniform float size, opacity;
uniform int layer;              // 0 faded, 1 plain, 2 with a ring
uniform uint ringed;            // marks that get a ring
uniform bool hasOutline;
uniform vec4 box;
uniform sampler2D palette, mask;
uniform vec3 fadedColor, labeledColor, addedColor;
flat out vec4 fill;
flat out vec4 ring;
void main() {
  vec4 color = texelFetch(palette, ivec2(int(code), 0), 0);
  bool isFaded = (marks & ${FADED}u) != 0u;
  if (hasOutline) {
    vec2 at = (position - box.xy) * box.zw;
    bool isOff = any(lessThan(at, vec2(0.0))) || any(greaterThan(at, vec2(1.0)));
    isFaded = isFaded || isOff || textureLod(mask, at, 0.0).a < 0.5;
  }
  bool isRinged = (marks & ringed) != 0u;
  int own = isRinged ? 2 : isFaded ? 0 : 1;
  gl_Position = vec4((position - centre) * zoom, 0.0, 1.0);
  if (own != layer || color.a == 0.0 || (marks & ${NOWHERE}u) != 0u) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  fill = layer == 0 ? vec4(fadedColor, opacity) : vec4(color.rgb, opacity);
  ring = vec4((marks & ringed & ${ADDED}u) != 0u ? addedColor : labeledColor, isRinged ? 1.0 : 0.0);
  if (isRinged && isFaded) {
    fill.a *= 0.35;
    ring.a = 0.35;
  }
}`;

const FRAGMENT_SHADER = `#version 300 es
precision highp float;
uniform float size, ringWidth;
uniform vec3 gapColor;
flat in vec4 fill;
flat in vec4 ring;
out vec4 color;
void main() {
  float distance = length(gl_PointCoord - 0.5) * size;
  float cover = size < 2.6 ? 1.0 : clamp(size * 0.5 - distance, 0.0, 1.0);
  vec4 own = fill;
  if (ring.a > 0.0) {
    // A gap in the colour of the page tells the ring from the point, whatever colours the two have.
    float inner = size * 0.5 - ringWidth;
    own = mix(own, vec4(gapColor, fill.a), clamp(distance - inner * 0.74 + 0.5, 0.0, 1.0));
    own = mix(own, ring, clamp(distance - inner + 0.5, 0.0, 1.0));
  }
  else if (size > 5.0) own.rgb *= 1.0 - 0.28 * clamp(distance - size * 0.5 + 2.0, 0.0, 1.0);
  color = vec4(own.rgb, 1.0) * own.a * cover;
}`;

/** How large and how opaque points are, in CSS pixels, so that neither dense nor sparse maps lose their shape. */
function pointStyle(camera, count) {
  const { frame, scale } = camera;
  const area = Math.max(frame.width, 0.1) * Math.max(frame.height, 0.1) * scale * scale;
  const spacing = Math.sqrt(area / Math.max(count, 1));
  const size = Math.min(Math.max(1.15 * spacing, 1.7), 8.5);
  const opacity = Math.min(Math.max((1.15 * spacing) / size, 0.35), 0.9);
  return { size, opacity };
}

const RING_SIZE = 13;
const RING_WIDTH = 2;

class WebGLRenderer {
  static create(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: false, powerPreference: "high-performance" });
    return gl && new WebGLRenderer(gl);
  }

  constructor(gl) {
    this.gl = gl;
    this.name = "webgl2";
    this.restore();
  }

  /** Builds everything that lives on the graphics card; again after it was lost. */
  restore() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX_SHADER], [gl.FRAGMENT_SHADER, FRAGMENT_SHADER]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`the map's shader does not link: ${gl.getProgramInfoLog(program)}`);
    }
    gl.useProgram(program);
    this.at = new Proxy({}, { get: (known, name) => (known[name] ??= gl.getUniformLocation(program, name)) });
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.buffers = [0, 1, 2, 3].map(() => gl.createBuffer());
    this.textures = [0, 1].map((unit) => {
      const texture = gl.createTexture();
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      return texture;
    });
    gl.uniform1i(this.at.palette, 0);
    gl.uniform1i(this.at.mask, 1);
  }

  setPoints({ positions, codes, marks, ringed }) {
    const { gl } = this;
    const upload = (slot, array) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[slot]);
      gl.bufferData(gl.ARRAY_BUFFER, array, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(slot);
    };
    upload(0, positions);
    gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 0, 0);
    upload(1, codes);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_BYTE, 0, 0);
    upload(2, marks);
    gl.vertexAttribIPointer(2, 1, gl.UNSIGNED_BYTE, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[3]);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, ringed, gl.STATIC_DRAW);
    this.counts = { all: codes.length, ringed: ringed.length };
  }

  setPalette(table) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, table);
  }

  setMask(mask) {
    const { gl, at } = this;
    gl.uniform1i(at.hasOutline, mask ? 1 : 0);
    if (!mask) return;
    gl.activeTexture(gl.TEXTURE1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, mask.canvas);
    gl.uniform4f(at.box, ...mask.box);
  }

  draw({ camera, ratio, theme, ringedMarks, hasFaded }) {
    const { gl, at, counts } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const { size, opacity } = pointStyle(camera, counts.all);
    const share = (color) => color.map((value) => value / 255);
    gl.uniform2f(at.centre, camera.x, camera.y);
    gl.uniform2f(at.zoom, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1ui(at.ringed, ringedMarks);
    gl.uniform3f(at.fadedColor, ...share(theme.faded));
    gl.uniform3f(at.labeledColor, ...share(theme.text));
    gl.uniform3f(at.addedColor, ...share(theme.added));
    gl.uniform3f(at.gapColor, ...share(theme.background));
    gl.uniform1f(at.ringWidth, RING_WIDTH * ratio);
    const pass = (layer, pixels, alpha, call) => {
      gl.uniform1i(at.layer, layer);
      gl.uniform1f(at.size, pixels * ratio);
      gl.uniform1f(at.opacity, alpha);
      call();
    };
    const all = () => gl.drawArrays(gl.POINTS, 0, counts.all);
    if (hasFaded) pass(0, Math.max(1.7, size * 0.8), opacity * 0.6, all);
    pass(1, size, opacity, all);
    if (ringedMarks && counts.ringed) {
      pass(2, Math.max(size + 5, RING_SIZE), 1, () => gl.drawElements(gl.POINTS, counts.ringed, gl.UNSIGNED_INT, 0));
    }
  }

  destroy() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/** The same picture without WebGL: squares written into an image by the processor. */
class CanvasRenderer {
  static create(canvas) {
    return new CanvasRenderer(canvas.getContext("2d"));
  }

  constructor(context) {
    Object.assign(this, { context, name: "canvas", isInside: null });
  }

  setPoints(points) {
    this.points = points;
  }

  setPalette(table) {
    this.table = table;
  }

  setMask(mask) {
    this.isInside = mask && maskPixels(mask);
  }

  draw({ camera, ratio, theme, ringedMarks, hasFaded }) {
    const { width, height } = this.context.canvas;
    if (!width || !height) return;
    const image = this.context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const { size, opacity } = pointStyle(camera, this.points.codes.length);
    const blend = (color, alpha) => {
      const [red, green, blue] = color.map((value, i) => value * alpha + theme.background[i] * (1 - alpha));
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    };
    const { table } = this;
    const colors = Array.from({ length: 256 }, (_, code) => blend([...table.subarray(code * 4, code * 4 + 3)], Math.max(opacity, 0.7)));
    const faded = blend(theme.faded, 0.8);
    const side = Math.max(1, Math.round(size * ratio * 0.85));
    if (hasFaded) this.#fill(pixels, width, height, camera, ratio, side, 0, ringedMarks, () => faded);
    this.#fill(pixels, width, height, camera, ratio, side, 1, ringedMarks, (code) => colors[code]);
    this.context.putImageData(image, 0, 0);
    if (ringedMarks) this.#drawRings(camera, ratio, theme, ringedMarks, Math.max(size + 5, RING_SIZE));
  }

  #fill(pixels, width, height, camera, ratio, side, layer, ringedMarks, colorOf) {
    const { positions, codes, marks } = this.points;
    const scale = (camera.scale * ratio) / STEPS;
    const left = width / 2 - camera.x * camera.scale * ratio - side / 2;
    const top = height / 2 + camera.y * camera.scale * ratio - side / 2;
    for (let i = 0; i < codes.length; i++) {
      if (marks[i] & (ringedMarks | NOWHERE) || !this.table[codes[i] * 4 + 3]) continue;
      const x = Math.round(positions[2 * i] * scale + left);
      const y = Math.round(top - positions[2 * i + 1] * scale);
      if (x < 0 || y < 0 || x + side > width || y + side > height) continue;
      if ((this.#isFaded(i) ? 0 : 1) !== layer) continue;
      const color = colorOf(codes[i]);
      for (let row = y; row < y + side; row++) pixels.fill(color, row * width + x, row * width + x + side);
    }
  }

  #isFaded(i) {
    const { positions, marks } = this.points;
    if (marks[i] & FADED) return true;
    return this.isInside ? !this.isInside(positions[2 * i] / STEPS, positions[2 * i + 1] / STEPS) : false;
  }

  #drawRings(camera, ratio, theme, ringedMarks, size) {
    const { positions, codes, marks, ringed } = this.points;
    const { context, table } = this;
    context.lineWidth = RING_WIDTH * ratio;
    for (const i of ringed) {
      const code = codes[i] * 4;
      const outer = ((size - RING_WIDTH) / 2) * ratio;
      if (!(marks[i] & ringedMarks) || !table[code + 3]) continue;
      const [x, y] = camera.toScreen(positions[2 * i] / STEPS, positions[2 * i + 1] / STEPS);
      context.globalAlpha = this.#isFaded(i) ? 0.35 : 1;
      const disc = (radius, color) => {
        context.beginPath();
        context.arc(x * ratio, y * ratio, radius, 0, 2 * Math.PI);
        context.fillStyle = `rgb(${color})`;
        context.fill();
      };
      disc(outer + context.lineWidth / 2, marks[i] & ringedMarks & ADDED ? theme.added : theme.text);
      disc(outer - context.lineWidth / 2, theme.background);
      disc((outer - context.lineWidth / 2) * 0.74, table.subarray(code, code + 3));
    }
    context.globalAlpha = 1;
  }

  destroy() {}
}

/** A grid over the map that finds the point under the pointer. */
class PointIndex {
  constructor({ positions, codes, marks }) {
    const count = codes.length;
    const side = Math.min(1024, Math.max(16, Math.ceil(Math.sqrt(count / 4))));
    const cells = new Uint32Array(count);
    const starts = new Uint32Array(side * side + 1);
    for (let i = 0; i < count; i++) {
      const column = Math.floor((positions[2 * i] * side) / (STEPS + 1));
      const row = Math.floor((positions[2 * i + 1] * side) / (STEPS + 1));
      cells[i] = row * side + column;
      starts[cells[i] + 1]++;
    }
    for (let cell = 0; cell < side * side; cell++) starts[cell + 1] += starts[cell];
    const order = new Uint32Array(count);
    const next = starts.slice();
    for (let i = 0; i < count; i++) order[next[cells[i]]++] = i;
    Object.assign(this, { positions, codes, marks, side, starts, order });
  }

  /** The visible point closest to (x, y) and at most `reach` away, or -1; faded points stand back. */
  nearest(x, y, reach, table) {
    const { positions, codes, marks, side, starts, order } = this;
    const cell = (value) => Math.min(Math.max(Math.floor(value * side), 0), side - 1);
    let [closest, found] = [reach * reach, -1];
    for (let row = cell(y - reach); row <= cell(y + reach); row++) {
      for (let k = starts[row * side + cell(x - reach)]; k < starts[row * side + cell(x + reach) + 1]; k++) {
        const i = order[k];
        if (marks[i] & NOWHERE || !table[codes[i] * 4 + 3]) continue;
        const dx = positions[2 * i] / STEPS - x;
        const dy = positions[2 * i + 1] / STEPS - y;
        const distance = (dx * dx + dy * dy) * (marks[i] & FADED ? 4 : 1);
        if (distance <= closest) [closest, found] = [distance, i];
      }
    }
    return found;
  }
}
