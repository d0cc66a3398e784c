const RING = 1;
const HIGHLIGHT = 2;
const FADED = 4;
const NOWHERE = 8;
const SENT = 16;
const TEST = 32;
const RINGS = { ring: RING, sent: SENT, test: TEST, highlight: HIGHLIGHT };
const ANY_RING = RING | SENT | TEST | HIGHLIGHT;
const STEPS = 65535;

/** The header and the bits of `shown`, as packed by arrays.py. */
function unpack(bytes) {
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return { text: new TextDecoder().decode(bytes.subarray(4, end)), shown: bytes.slice(end) };
}

/** The points of a header. What has not changed is the same array as in `known`, neither fetched nor uploaded again. */
async function fetchPoints({ count, arrays }, shown, known, source) {
  const isSame = (name) => known?.count === count && known.arrays[name] === arrays[name];
  const fetched = async (name) => [name, isSame(name) ? known.raw[name] : arrays[name] && (await source.array(arrays[name]))];
  const raw = Object.fromEntries(await Promise.all(["positions", "codes", "marks"].map(fetched)));
  const marks = raw.marks ?? new Uint8Array(count);
  return {
    count,
    arrays,
    raw,
    positions: isSame("positions") ? known.positions : new Uint16Array(raw.positions.buffer),
    codes: isSame("codes") ? known.codes : (raw.codes ?? new Uint8Array(count)),
    marks: isSame("marks") && isSame("shown") ? known.marks : withFaded(marks, arrays.shown && shown),
    ringed: isSame("marks") ? known.ringed : ringedRows(marks),
  };
}

/** Highlighted ones are drawn last, over the others. */
function ringedRows(marks) {
  const rows = [[], []];
  for (let i = 0; i < marks.length; i++) if (marks[i] & ANY_RING) rows[marks[i] & HIGHLIGHT ? 1 : 0].push(i);
  return Uint32Array.from(rows.flat());
}

function withFaded(marks, shown) {
  if (!shown) return marks;
  const all = new Uint8Array(marks.length);
  for (let i = 0; i < all.length; i++) all[i] = marks[i] | ((shown[i >> 3] >> (i & 7)) & 1 ? 0 : FADED);
  return all;
}

/** How large and how opaque points are, in CSS pixels, so that neither dense nor sparse maps lose their shape. */
function pointStyle(camera, count) {
  const { frame, scale } = camera;
  const area = Math.max(frame.width, 0.1) * Math.max(frame.height, 0.1) * scale * scale;
  const spacing = Math.sqrt(area / Math.max(count, 1)); // as if they filled the map evenly
  const size = Math.min(Math.max(1.15 * spacing, 1.7), 8.5);
  const opacity = Math.min(Math.max((1.15 * spacing) / size, 0.35), 0.9);
  return { size, opacity, spacing };
}

const RING_SIZE = 13;
const RING_WIDTH = 2;

/** A grid over the map that finds the point under the pointer. */
class PointIndex {
  constructor({ positions, count }) {
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
    Object.assign(this, { positions, side, starts, order });
  }

  /** The rows in the cells that a rectangle touches: a few lie outside of it. */
  *within(left, bottom, right, top) {
    const { side, starts, order } = this;
    const cell = (value) => Math.min(Math.max(Math.floor(value * side), 0), side - 1);
    for (let row = cell(bottom); row <= cell(top); row++) {
      for (let k = starts[row * side + cell(left)]; k < starts[row * side + cell(right) + 1]; k++) yield order[k];
    }
  }

  /** The visible point closest to (x, y) and at most `reach` away, or -1; faded points stand back. */
  nearest(x, y, reach, { codes, marks }, table) {
    const { positions, side, starts, order } = this;
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
