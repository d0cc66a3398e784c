"""Photographs out of Debian's packages, for benchmarks: backgrounds from wallpapers, objects cut out by Tux Paint.

`apt-get download` fetches the packages without installing them (about 300 MB, once), into `.bench/photos`; what they
hold is unpacked beside them.
"""

import re
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FOLDER = Path(".bench/photos")
WALLPAPERS = (
    *("gnome-backgrounds", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "mate-backgrounds"),
    *("plasma-workspace-wallpapers", "sway-backgrounds", "ukui-wallpapers"),
)
STAMPS = "tuxpaint-stamps-default"

CLASSES = {
    "flower": "plants/flowers",
    "bird": "animals/birds",
    "fruit": "food/fruit",
    "cattle": "animals/mammals/bovines",
    "vegetable": "food/vegetables",
    "tool": "household/tools",
    "fish": "animals/fish",
    "rodent": "animals/mammals/rodents",
}
"""Folders of cut-out photographs by class, none of them drawn, the class with most photographs first."""

LEAST_BYTES = 100_000
"""Smaller files are previews."""

FAINTEST = 40
"""Up to this opacity of 255, the rim of a cut-out object cannot be seen."""

# Names of sizes tell copies of one wallpaper apart, not wallpapers.
_SIZE = re.compile(r"[_-]?\d{3,4}x\d{3,4}")


@cache
def unpacked(package: str) -> Path:
    """Return the folder that holds the files of a Debian package, which is fetched if it is not there."""
    folder = FOLDER / package
    if not folder.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", package], cwd=FOLDER, check=True)
        [archive] = FOLDER.glob(f"{package}_*.deb")
        unfinished = FOLDER / f"{package}.part"
        subprocess.run(["dpkg-deb", "-x", archive, unfinished], check=True)
        unfinished.rename(folder)
    return folder


@cache
def wallpapers(shortest: int) -> list[NDArray[np.uint8]]:
    """Return one photograph a wallpaper, (H, W, 3), scaled so that its shorter side has so many pixels."""
    largest: dict[str, Path] = {}
    for package in WALLPAPERS:
        for path in sorted(unpacked(package).rglob("*.jpg")):
            if path.stat().st_size < LEAST_BYTES or "screenshot" in path.name:
                continue
            # Plasma names a folder after the wallpaper and the files in it after their sizes.
            name = _SIZE.sub("", path.stem) or path.parents[2].name
            if name not in largest or largest[name].stat().st_size < path.stat().st_size:
                largest[name] = path
    return [_scaled(path, shortest) for _, path in sorted(largest.items())]


@cache
def stamps() -> dict[str, list[NDArray[np.uint8]]]:
    """Return the cut-out photographs of each class, (H, W, 4) with their transparency, cropped to what is visible."""
    root = unpacked(STAMPS) / "usr/share/tuxpaint/stamps"
    return {
        name: [_cut_out(path) for path in sorted((root / folder).glob("*.png"))] for name, folder in CLASSES.items()
    }


def _scaled(path: Path, shortest: int) -> NDArray[np.uint8]:
    with Image.open(path) as opened:
        opened.draft("RGB", (2 * shortest, 2 * shortest))
        picture = opened.convert("RGB")
    scale = shortest / min(picture.size)
    return np.asarray(picture.resize((round(picture.width * scale), round(picture.height * scale))))


def _cut_out(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as opened:
        picture = opened.convert("RGBA")
    is_visible = picture.getchannel("A").point([255 * (alpha > FAINTEST) for alpha in range(256)])
    picture = picture.crop(is_visible.getbbox())
    picture.thumbnail((160, 160))
    return np.asarray(picture)
