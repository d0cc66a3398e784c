// A zip is opened here, so that each image in it is sent as a file of its own: the server unpacks nothing, and an upload
// that was cut off goes on where it stopped. Numbers of the format: PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const LONGEST_END = 22 + 65535 + 20;
const MOST_DIRECTORY_BYTES = 1 << 29;
const IN_ZIP64 = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const UTF8_FLAG = 1 << 11;
const ENCRYPTED_FLAG = 1;

const viewOf = async (file, start, end) => new DataView(await file.slice(start, end).arrayBuffer());

/** The files in a zip, each with what reads it; memory holds the directory and one image at a time. */
async function openZip(file) {
  const { start, size } = await findDirectory(file);
  if (size > MOST_DIRECTORY_BYTES) throw new Error(`${file.name} lists too many files; split it`);
  const directory = await viewOf(file, start, start + size);
  const entries = [];
  for (let at = 0; at + 46 <= directory.byteLength && directory.getUint32(at, true) === DIRECTORY_ENTRY; ) {
    const entry = readEntry(directory, at);
    at += entry.length;
    if (!entry.name.endsWith("/")) entries.push({ ...entry, read: () => readMember(file, entry) });
  }
  return entries;
}

async function findDirectory(file) {
  const from = Math.max(0, file.size - LONGEST_END);
  const tail = await viewOf(file, from, file.size);
  for (let at = tail.byteLength - 22; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== END_OF_DIRECTORY) continue;
    const end = { size: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) };
    const isLarge = end.size === IN_ZIP64 || end.start === IN_ZIP64 || tail.getUint16(at + 10, true) === 0xffff;
    return isLarge && at >= 20 && tail.getUint32(at - 20, true) === LOCATOR_64
      ? findDirectory64(file, Number(tail.getBigUint64(at - 12, true)))
      : end;
  }
  throw new Error(`${file.name} is not a zip, or its end is missing; pack it again`);
}

async function findDirectory64(file, at) {
  const end = await viewOf(file, at, at + 56);
  if (end.byteLength < 56 || end.getUint32(0, true) !== END_OF_DIRECTORY_64) {
    throw new Error(`${file.name} is damaged; pack it again`);
  }
  return { size: Number(end.getBigUint64(40, true)), start: Number(end.getBigUint64(48, true)) };
}

function readEntry(view, at) {
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const flags = view.getUint16(at + 8, true);
  const sizes = {
    bytes: view.getUint32(at + 24, true),
    packed: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  readLargeSizes(view, at + 46 + nameLength, extraLength, sizes);
  return {
    ...sizes,
    name: decodeName(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength), flags & UTF8_FLAG),
    isEncrypted: Boolean(flags & ENCRYPTED_FLAG),
    method: view.getUint16(at + 10, true),
    modified: readTime(view.getUint16(at + 12, true), view.getUint16(at + 14, true)),
    length: 46 + nameLength + extraLength + view.getUint16(at + 32, true),
  };
}

/** Sizes that need more than 32 bits stand in an extra field, in this order, only those that are marked. */
function readLargeSizes(view, start, length, sizes) {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let value = at + 4;
    for (const key of ["bytes", "packed", "offset"]) {
      if (sizes[key] !== IN_ZIP64) continue;
      sizes[key] = Number(view.getBigUint64(value, true));
      value += 8;
    }
  }
}

function decodeName(bytes, isUtf8) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\\", "/");
  } catch {
    return new TextDecoder(isUtf8 ? "utf-8" : "windows-1252").decode(bytes).replaceAll("\\", "/");
  }
}

/** A zip has local times in steps of two seconds. Taken as UTC they are the same in each time zone and season. */
function readTime(time, day) {
  const date = Date.UTC(1980 + (day >> 9), ((day >> 5) & 15) - 1, day & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
  return Math.max(0, date);
}

async function readMember(file, { name, method, packed, bytes, offset, isEncrypted }) {
  const head = await viewOf(file, offset, offset + 30);
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL_ENTRY) throw new Error("the zip is damaged here");
  if (isEncrypted) throw new Error("it is encrypted; pack it without a password");
  const start = offset + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const content = file.slice(start, start + packed);
  if (method === STORED) return content;
  if (method !== DEFLATED) throw new Error("it is compressed in a rare way; pack it as a plain zip");
  return inflate(content, bytes, name);
}

/** What unpacks to more than the directory says is a bomb: it is left after that many bytes. */
async function inflate(content, bytes) {
  const reader = content.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length > bytes) {
      await reader.cancel();
      throw new Error("it unpacks to more than the zip says");
    }
    parts.push(part.value);
  }
  return new Blob(parts);
}
