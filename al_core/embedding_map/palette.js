const PALETTES = {
  viridis: ["#440154", "#482878", "#3e4a89", "#31688e", "#26838f", "#1f9e89", "#35b779", "#6dcd59", "#b4de2c", "#fde725"],
  cividis: ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"],
  diverging: ["#542788", "#7a63ad", "#9c94bf", "#b3b0bd", "#b5b2ae", "#c9a877", "#e0923c", "#d0700f", "#b35806"],
};
const MISSING = 255;
const OTHER = "#8a949c";
// Behind the theme's own: each far from those and from its neighbors here.
const MORE_COLORS = [
  "#7d5fc7", "#9c6b46", "#8a9a1f", "#d6455d", "#3f6fd8", "#5aa02c", "#b04fae", "#c9a66b", "#1f8f99",
  "#ef8fb5", "#6b7f3a", "#8f3f2f", "#7fb8a4", "#a58ce0", "#d9b400", "#4f8fb0", "#c77f7f", "#6a5a8c",
];

function parseColor(text) {
  const hex = /^#([0-9a-f]{6})/i.exec(text.trim());
  if (hex) return [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16));
  const numbers = text.match(/[\d.]+/g);
  return numbers && numbers.length >= 3 ? numbers.slice(0, 3).map(Number) : [128, 128, 128];
}

function luminance([red, green, blue]) {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = parseColor(read("--st-background-color", "#ffffff"));
  const text = parseColor(read("--st-text-color", "#12181d"));
  return {
    background,
    text,
    isDark: luminance(background) < 0.5,
    faded: text.map((value, i) => value * 0.17 + background[i] * 0.83),
    accent: parseColor(read("--st-primary-color", "#0072b2")),
    highlight: parseColor(read("--st-orange-color", "#d55e00")),
    sent: parseColor(read("--st-blue-color", "#0072b2")),
    test: parseColor(read("--st-violet-color", "#a3487d")),
    categories: read("--st-chart-categorical-colors", "#0072b2,#d55e00,#009e73,#cc79a7,#e69f00,#56b4e9").match(/#[0-9a-f]{6}/gi) || [],
  };
}

function categoryColors(legend, theme) {
  const own = theme.categories.filter((color) => Math.max(...parseColor(color)) - Math.min(...parseColor(color)) > 40);
  const colors = [...own, ...MORE_COLORS];
  return legend.entries.map((entry, position) => parseColor(entry.other ? OTHER : (entry.color ?? colors[position % colors.length])));
}

function sampleStops(stops, share) {
  const place = share * (stops.length - 1);
  const low = parseColor(stops[Math.floor(place)]);
  const high = parseColor(stops[Math.ceil(place)]);
  return low.map((value, channel) => Math.round(value + (high[channel] - value) * (place % 1)));
}

/** The colors of a palette from low to high; on a dark ground without those that are as dark as it is. */
function paletteStops(name, theme) {
  const stops = PALETTES[name];
  return theme.isDark && name !== "diverging" ? stops.slice(2) : stops;
}

/** 256 RGBA entries, one for each code; alpha 0 hides. */
function buildPalette(legend, theme, hidden) {
  const table = new Uint8Array(256 * 4);
  const put = (code, color, alpha = 255) => table.set([...color, alpha], code * 4);
  const gray = theme.isDark ? [92, 102, 110] : [176, 184, 191];
  for (let code = 0; code < 256; code++) put(code, legend ? gray : theme.accent);
  if (legend?.kind === "values") {
    const stops = paletteStops(legend.palette, theme);
    for (let code = 0; code < MISSING; code++) put(code, sampleStops(stops, code / (MISSING - 1)));
  } else if (legend) {
    categoryColors(legend, theme).forEach((color, code) => put(code, color));
  }
  for (const code of hidden) table[code * 4 + 3] = 0;
  return table;
}
