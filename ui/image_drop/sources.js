const IMAGE = /\.(bmp|gif|jpe?g|png|tiff?|webp)$/i;
const ZIP = /\.zip$/i;

const isHidden = (name) => name.split("/").some((part) => /^\.[^.]/.test(part) || part === "__MACOSX");

/** Everything that was dropped, as `{ file, name }`. The browser lets go of it with the event: call this inside. */
function droppedFiles({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return Promise.resolve([...files].map((file) => ({ file, name: file.name })));
  return Promise.all(entries.map(filesOf)).then((found) => found.flat());
}

const chosenFiles = (input) => [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));

async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = entry.createReader();
  const found = [];
  // A reader gives a hundred at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await filesOf(inner)));
  }
}

/**
 * The images among what was dropped: `{ label, images: [{ name, bytes, modified, read }], nOthers }`.
 *
 * Names are relative to the folder that was dropped, as those of a folder on the server are; of several folders each
 * name keeps its own.
 */
async function findImages(files) {
  const images = [];
  let nOthers = 0;
  for (const { file, name } of files) {
    if (ZIP.test(name) && !name.includes("/")) {
      const members = await openZip(file);
      const inner = withoutTop(members.filter((member) => IMAGE.test(member.name) && !isHidden(member.name)));
      nOthers += members.length - inner.images.length;
      const top = name.replace(ZIP, "");
      for (const member of inner.images) images.push({ ...member, name: `${top}/${member.name}` });
    } else if (IMAGE.test(name) && !isHidden(name)) {
      images.push({ name, bytes: file.size, modified: Math.max(0, Math.round(file.lastModified)), read: async () => file });
    } else {
      nOthers += 1;
    }
  }
  return { ...withoutTop(images), nOthers };
}

/** The same images without the folder that all of them lie in, which gives the whole its name. */
function withoutTop(images) {
  const tops = new Set(images.map(({ name }) => (name.includes("/") ? name.slice(0, name.indexOf("/")) : "")));
  const [top] = tops;
  if (tops.size !== 1 || !top) return { label: "images", images };
  return { label: top, images: images.map((image) => ({ ...image, name: image.name.slice(top.length + 1) })) };
}
