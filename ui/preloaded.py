"""Streamlit's scripts that a page needs, named in its HTML: the browser fetches them while the page runs here.

Streamlit asks for the script of a kind of element once the first element of that kind comes down, and for what that
script imports after that; until then a gray bar of another height stands in its place. So pages came late, and jumped.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import streamlit

SCRIPTS = Path(streamlit.__file__).parent / "static" / "static" / "js"
# Bundled scripts are one line: `import{a as b}from"./name.hash.js";import"./other.hash.js";…`.
IMPORT = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')

EVERYWHERE = ("BidiComponent", "Button", "Html", "PageLink", "Selectbox")
"""Kinds of elements of the frame around every page, by the names of their scripts."""

OF_PAGE = {
    "datasets": ("FileUploader", "MenuButton", "TextInput"),
    "predictions": ("DataFrame", "DownloadButton", "FileUploader", "TextInput"),
    "explore": ("ButtonGroup", "DownloadButton", "TextInput"),
    "select": ("ButtonGroup", "Checkbox", "DownloadButton", "Metric", "NumberInput", "Radio", "Slider", "TextInput"),
    "compare": ("Multiselect", "NumberInput"),
    "rounds": ("DownloadButton", "FileUploader", "NumberInput", "TextInput"),
    "tags": ("ButtonGroup", "Checkbox", "DownloadButton", "FileUploader", "Radio", "Slider", "TextInput"),
}
"""What the demo's pages show besides, as far as it is in view before anybody opens something."""


def preload_links(page: str) -> str:
    """Return the links of a page's HTML to the scripts that its elements need, and to what these import."""
    roots = [file for kind in (*EVERYWHERE, *OF_PAGE.get(page, ())) for file in files_of(kind)]
    return "\n".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in with_imports(roots)
    )


def files_of(kind: str) -> list[str]:
    """Return the script of a kind of elements in this version of Streamlit; none if it has another name there."""
    return sorted(file.name for file in SCRIPTS.glob(f"{kind}.*.js"))


def with_imports(names: Iterable[str]) -> list[str]:
    """Return scripts and all that they import, each once.

    Browsers fetch what a preloaded script imports only once it is run.
    """
    waiting = list(names)
    # A dict keeps the order.
    seen: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen[name] = None
            waiting += _imports(name)
    return list(seen)


@cache
def _imports(name: str) -> tuple[str, ...]:
    path = SCRIPTS / name
    return tuple(IMPORT.findall(path.read_text(encoding="utf-8"))) if path.exists() else ()
