/** Turns the text after it around: cat[U+202E]gnp.exe would be read as catexe.png. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

/** Returns a text that reads from left to right: names come from files of strangers. */
function oneDirection(text) {
  return text.replace(DIRECTION, (sign) => `[U+${sign.codePointAt(0).toString(16).toUpperCase()}]`);
}
