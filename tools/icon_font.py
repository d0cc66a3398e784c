"""Cut Streamlit's font of icons down to those that the dashboard and Streamlit's own widgets draw.

Run it again after a new icon or another version of Streamlit, in an environment with the dashboard and

    pip install fonttools==4.68.0 brotli==1.2.1
    python -m tools.icon_font

It writes `ui/icon_font/NAME.woff2`, called as Streamlit calls the whole font, and beside it the names of its icons and
the version of Streamlit, to which alone it is sent.
An icon is drawn for its name as a text, by a ligature; of a name that is not in the font people would see the text.
"""

import re
from importlib.metadata import version
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from ui.static_files import FOLDER, ICON_FONT, ICON_FONT_VERSION

ROOT = Path(__file__).resolve().parent.parent
# Of the dashboard any text that is the name of an icon: some are written apart from ":material/".
OWN_NAME = re.compile(r"[\"'/]([a-z0-9_]+)[\"':]")
STREAMLIT_NAME = re.compile(r":material/([a-z0-9_]+)")


def wanted_names(names_of_font: set[str]) -> list[str]:
    """Return the icons to keep, sorted."""
    own = [
        ROOT / "app.py",
        *(ROOT / "ui").rglob("*.py"),
        *(ROOT / "pages").glob("*.py"),
        *(ROOT / "al_core").rglob("*.py"),
    ]
    texts = [(OWN_NAME, path) for path in own] + [(STREAMLIT_NAME, path) for path in (FOLDER / "js").glob("*.js")]
    found = {name for pattern, path in texts for name in pattern.findall(path.read_text(encoding="utf-8"))}
    return sorted(found & names_of_font)


def ligatures(font: TTFont) -> dict[str, str]:
    """Return the glyph of each icon by the icon's name."""
    # Small and capital letters share a glyph.
    characters = {glyph: chr(code).lower() for code, glyph in font.getBestCmap().items()}
    glyphs = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            for first, entries in subtable.ExtSubTable.ligatures.items():
                for entry in entries:
                    name = "".join(characters.get(part, "?") for part in (first, *entry.Component))
                    glyphs[name] = entry.LigGlyph
    return glyphs


def main() -> None:
    """Write the font and the list."""
    (source,) = (FOLDER / "media").glob("MaterialSymbols-Rounded.*.woff2")
    font = TTFont(source)
    glyph_of = ligatures(font)
    names = wanted_names(set(glyph_of))
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    # Otherwise the letters of the names would bring every icon along.
    options.layout_closure = False
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(names), glyphs=[glyph_of[name] for name in names])
    subsetter.subset(font)
    ICON_FONT.mkdir(exist_ok=True)
    for old in ICON_FONT.glob("*"):
        old.unlink()
    font.flavor = "woff2"
    font.save(ICON_FONT / source.name)
    (ICON_FONT / "names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    ICON_FONT_VERSION.write_text(version("streamlit") + "\n", encoding="utf-8")
    print(f"{len(names)} of {len(glyph_of)} icons, {(ICON_FONT / source.name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
