"""The map of embeddings that the dashboard and notebooks draw: its JavaScript, and the arrays it is drawn from.

The scripts ask for arrays, cards and images by a source that whoever embeds the map brings along: a server's addresses
in the dashboard, messages to the kernel in a notebook.
"""

from pathlib import Path

from al_core.embedding_map.colors import Categories, Palette, Values
from al_core.embedding_map.rings import Ring, Rings
from al_core.embedding_map.selection import MapSelection, read_state

__all__ = [
    "FOLDER",
    "SCRIPTS",
    "Categories",
    "MapSelection",
    "Palette",
    "Ring",
    "Rings",
    "Values",
    "read_script",
    "read_state",
    "read_style",
]

FOLDER = Path(__file__).parent
SCRIPTS = (
    "direction.js",
    "palette.js",
    "camera.js",
    "outline.js",
    "arrays.js",
    "density.js",
    "thumbnails.js",
    "webgl.js",
    "raster.js",
    "legend.js",
    "card.js",
    "map.js",
)
"""Joined into one module in this order: the browser loads it as one text, without imports."""


def read_script() -> str:
    """Return the map's JavaScript, which ends without an export: whoever embeds it adds its own."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS)


def read_style() -> str:
    """Return the map's CSS."""
    return (FOLDER / "map.css").read_text(encoding="utf-8")
