const VERTEX_SHADER = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 position;
layout(location = 1) in uint code;
layout(location = 2) in uint marks;
uniform vec2 center, zoom;
uniform float size, opacity;
uniform int layer;              // 0 faded, 1 plain, 2 with a ring
uniform uint ringed;            // marks that get a ring
uniform bool hasOutline;
uniform vec4 box;
uniform sampler2D palette, mask;
uniform vec3 fadedColor, ringColor, sentColor, testColor, highlightColor;
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
  gl_Position = vec4((position - center) * zoom, 0.0, 1.0);
  if (own != layer || color.a == 0.0 || (marks & ${NOWHERE}u) != 0u) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  fill = layer == 0 ? vec4(fadedColor, opacity) : vec4(color.rgb, opacity);
  uint kinds = marks & ringed;
  vec3 ringed_by = (kinds & ${HIGHLIGHT}u) != 0u ? highlightColor : (kinds & ${TEST}u) != 0u ? testColor : (kinds & ${SENT}u) != 0u ? sentColor : ringColor;
  ring = vec4(ringed_by, isRinged ? 1.0 : 0.0);
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
    // A gap in the color of the page tells the ring from the point, whatever colors the two have.
    float inner = size * 0.5 - ringWidth;
    own = mix(own, vec4(gapColor, fill.a), clamp(distance - inner * 0.74 + 0.5, 0.0, 1.0));
    own = mix(own, ring, clamp(distance - inner + 0.5, 0.0, 1.0));
  }
  else if (size > 5.0) own.rgb *= 1.0 - 0.28 * clamp(distance - size * 0.5 + 2.0, 0.0, 1.0);
  color = vec4(own.rgb, 1.0) * own.a * cover;
}`;

// Without a graphics card WebGL is emulated, at half a second for a million points.
const EMULATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function isEmulated(gl) {
  const details = gl.getExtension("WEBGL_debug_renderer_info");
  return EMULATED.test(gl.getParameter(details ? details.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

class WebGLRenderer {
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
    this.uploaded = [];
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
    const upload = (target, slot, array) => {
      if (this.uploaded[slot] === array) return;
      gl.bindBuffer(target, this.buffers[slot]);
      gl.bufferData(target, array, gl.STATIC_DRAW);
      this.uploaded[slot] = array;
      if (target === gl.ELEMENT_ARRAY_BUFFER) return;
      gl.enableVertexAttribArray(slot);
      if (slot) gl.vertexAttribIPointer(slot, 1, gl.UNSIGNED_BYTE, 0, 0);
      else gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 0, 0);
    };
    [positions, codes, marks].forEach((array, slot) => upload(gl.ARRAY_BUFFER, slot, array));
    upload(gl.ELEMENT_ARRAY_BUFFER, 3, ringed);
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

  draw({ camera, ratio, theme, ringedMarks, hasFaded, isDense }) {
    const { gl, at, counts } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const { size, opacity } = pointStyle(camera, counts.all);
    const share = (color) => color.map((value) => value / 255);
    gl.uniform2f(at.center, camera.x, camera.y);
    gl.uniform2f(at.zoom, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1ui(at.ringed, ringedMarks);
    gl.uniform3f(at.fadedColor, ...share(theme.faded));
    gl.uniform3f(at.ringColor, ...share(theme.text));
    gl.uniform3f(at.sentColor, ...share(theme.sent));
    gl.uniform3f(at.testColor, ...share(theme.test));
    gl.uniform3f(at.highlightColor, ...share(theme.highlight));
    gl.uniform3f(at.gapColor, ...share(theme.background));
    gl.uniform1f(at.ringWidth, RING_WIDTH * ratio);
    const pass = (layer, pixels, alpha, call) => {
      gl.uniform1i(at.layer, layer);
      gl.uniform1f(at.size, pixels * ratio);
      gl.uniform1f(at.opacity, alpha);
      call();
    };
    const all = () => gl.drawArrays(gl.POINTS, 0, counts.all);
    if (hasFaded && !isDense) pass(0, Math.max(1.7, size * 0.8), opacity * 0.6, all);
    if (!isDense) pass(1, size, opacity, all);
    if (ringedMarks && counts.ringed) {
      pass(2, Math.max(size + 5, RING_SIZE), 1, () => gl.drawElements(gl.POINTS, counts.ringed, gl.UNSIGNED_INT, 0));
    }
  }

  destroy() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
