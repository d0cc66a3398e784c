"""The map as an image, for browsers without WebGL."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydantic import BaseModel, Field

from al_core.types import Rows
from ui.embedding_map.arrays import ADDED, LABELED, NOWHERE, STEPS, KeptArrays

MASK_SIZE = 1_024
MAX_SIDE = 8_192
GAP_SHARE = 0.74  # of what is inside a ring is the point, as on the graphics card

Color = tuple[float, float, float]
Pixels = NDArray[np.uint32]
Mask = NDArray[np.bool_]


class Look(BaseModel):
    """What to draw and how: digests of the arrays, the view in pixels of the picture, colours from 0 to 255."""

    positions: str
    codes: str | None = None
    marks: str | None = None
    shown: str | None = None
    width: int = Field(gt=0, le=MAX_SIDE)
    height: int = Field(gt=0, le=MAX_SIDE)
    x: float = Field(ge=-100, le=100)
    y: float = Field(ge=-100, le=100)
    scale: float = Field(gt=0, lt=1e8)
    size: float = Field(gt=0, le=64)
    opacity: float = Field(ge=0, le=1)
    ring_size: float = Field(gt=0, le=128)
    ring_width: float = Field(gt=0, le=32)
    ringed: int
    palette: list[int] = Field(min_length=1_024, max_length=1_024)
    background: Color
    faded: Color
    labeled: Color
    added: Color
    outline: list[tuple[float, float]] | None = Field(None, max_length=1_000)


class Picture:
    """Points stamped into an image, later ones over earlier ones."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.margin = int(max(look.size, look.ring_size)) + 2
        shape = look.height + 2 * self.margin, look.width + 2 * self.margin
        self.pixels: Pixels = np.full(shape, self.mix(np.array([look.background]), 1)[0])

    def mix(self, colors: NDArray[Any], share: float) -> Pixels:
        """Return colours (n, 3) over the background as pixels (n,)."""
        mixed = colors * share + np.array(self.look.background) * (1 - share)
        red, green, blue = mixed.round().astype(np.uint32).T
        return red | green << 8 | blue << 16

    def places(self, positions: NDArray[np.uint16]) -> tuple[Rows, Rows, Mask]:
        """Return row and column of each point in the pixels, and which points the picture holds."""
        look = self.look
        across = positions[:, 0] * np.float32(look.scale / STEPS) + np.float32(look.width / 2 - look.x * look.scale)
        up = positions[:, 1] * np.float32(look.scale / STEPS) - np.float32(look.y * look.scale + look.height / 2)
        is_inside = (across >= 0) & (across < look.width) & (up <= 0) & (up > -look.height)
        return (-up[is_inside]).astype(np.int32), across[is_inside].astype(np.int32), is_inside

    def stamp(self, tops: Rows, lefts: Rows, colors: Pixels | np.uint32, radius: float) -> None:
        """Draw a disc of one colour, or of one colour each, around each place."""
        flat, width = self.pixels.reshape(-1), self.pixels.shape[1]
        centre = (tops + self.margin) * width + lefts + self.margin
        side = max(round(2 * radius), 1)
        reach = range(-(side // 2), side - side // 2)
        for down in reach:
            for right in reach:
                if side < 4 or np.hypot(down, right) <= radius:
                    flat[centre + (down * width + right)] = colors

    def png(self) -> bytes:
        """Return the file."""
        inner = np.ascontiguousarray(self.pixels[self.margin : -self.margin, self.margin : -self.margin])
        file = io.BytesIO()
        Image.fromarray(inner.view(np.uint8).reshape(*inner.shape, 4)[..., :3]).save(file, "PNG", compress_level=1)
        return file.getvalue()


def draw(look: Look, kept: KeptArrays) -> bytes | None:
    """Return a PNG of the map, or None if an array that it names is no longer kept."""
    names = [name for name in ("positions", "codes", "marks", "shown") if getattr(look, name)]
    bodies = {name: kept.find(getattr(look, name)) for name in names}
    if None in bodies.values():
        return None
    found = {name: np.frombuffer(body or b"", np.uint8) for name, body in bodies.items()}
    positions = found["positions"].view(np.uint16).reshape(-1, 2)
    picture = Picture(look)
    tops, lefts, is_inside = picture.places(positions)
    zeros = np.zeros(len(positions), np.uint8)
    codes, marks = (found.get(name, zeros)[is_inside] for name in ("codes", "marks"))
    is_faded = np.zeros(len(codes), bool)
    if "shown" in found:
        is_faded = np.unpackbits(found["shown"], count=len(positions), bitorder="little")[is_inside] == 0
    if look.outline:
        is_faded |= ~_in_outline(positions[is_inside] / np.float32(STEPS), look.outline)
    _draw_points(picture, tops, lefts, codes, marks, is_faded)
    return picture.png()


def _draw_points(
    picture: Picture, tops: Rows, lefts: Rows, codes: NDArray[np.uint8], marks: NDArray[np.uint8], is_faded: Mask
) -> None:
    look = picture.look
    palette = np.array(look.palette, np.uint8).reshape(256, 4)
    is_drawn = (palette[codes, 3] > 0) & (marks & NOWHERE == 0)
    is_ringed = marks & look.ringed > 0
    # Points are opaque here, so where others would show through they are lighter instead.
    fills = picture.mix(palette[:, :3], max(look.opacity, 0.7))
    grey = picture.mix(np.array([look.faded]), 0.8)[0]
    rows = np.flatnonzero(is_drawn & is_faded & ~is_ringed)
    picture.stamp(tops[rows], lefts[rows], grey, max(1.7, look.size * 0.8) / 2)
    rows = np.flatnonzero(is_drawn & ~is_faded & ~is_ringed)
    picture.stamp(tops[rows], lefts[rows], fills[codes[rows]], look.size / 2)
    for mark, is_dim, share in ((LABELED, True, 0.35), (ADDED, True, 0.35), (LABELED, False, 1), (ADDED, False, 1)):
        is_last = marks & look.ringed >= ADDED if mark == ADDED else marks & look.ringed == LABELED
        rows = np.flatnonzero(is_drawn & is_ringed & is_last & (is_faded == is_dim))
        _draw_rings(picture, tops[rows], lefts[rows], palette[codes[rows], :3], mark, share)


def _draw_rings(picture: Picture, tops: Rows, lefts: Rows, fills: NDArray[np.uint8], mark: int, share: float) -> None:
    look = picture.look
    ring = look.added if mark == ADDED else look.labeled
    inner = look.ring_size / 2 - look.ring_width
    picture.stamp(tops, lefts, picture.mix(np.array([ring]), share)[0], look.ring_size / 2)
    picture.stamp(tops, lefts, picture.mix(np.array([look.background]), 1)[0], inner)
    picture.stamp(tops, lefts, picture.mix(fills, share), inner * GAP_SHARE)


def _in_outline(points: NDArray[np.float32], outline: list[tuple[float, float]]) -> Mask:
    corners = np.array(outline)
    low = corners.min(axis=0)
    span = np.maximum(np.ptp(corners, axis=0), 1e-9)
    mask = Image.new("1", (MASK_SIZE, MASK_SIZE))
    ImageDraw.Draw(mask).polygon([tuple(corner) for corner in (corners - low) / span * MASK_SIZE], fill=1)
    cells = ((points - low.astype(np.float32)) / span.astype(np.float32) * MASK_SIZE).astype(np.int32)
    is_near = ((cells >= 0) & (cells < MASK_SIZE)).all(axis=1)
    cells[~is_near] = 0
    return is_near & np.asarray(mask)[cells[:, 1], cells[:, 0]]
