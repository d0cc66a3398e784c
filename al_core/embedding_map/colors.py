"""What the color of a point means: a number on a palette, or one of several categories."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from al_core.embedding_map.arrays import digest_of

Palette = Literal["viridis", "cividis", "diverging"]

MAX_CATEGORIES = 24
"""As many as people tell apart in a legend; palette.js has a color for each."""

# A code is one byte: the steps of a palette and, after the last of them, what is missing.
LAST_STEP = 254
MISSING = 255


@dataclass(frozen=True)
class Values:
    """One number per point, such as a score.

    Attributes:
        name: By which it is told from others.
        values: (N,); NaN is missing and drawn gray.
        low: The number at the lower end of the palette; by default the smallest.
        high: The number at its upper end; by default the largest.
        palette: Its colors from low to high.
        open_ends: Whether there are numbers below `low`, and above `high`, which have the outer colors: the legend
            says so.
        title: What the legend calls it, if not by its name.
        by_rank: Whether each color has as many points, so that what lies close together is told apart.
        digest: Names the content of `values`; without it, it is calculated in every run.
    """

    name: str
    values: NDArray[np.floating]
    low: float | None = None
    high: float | None = None
    palette: Palette = "viridis"
    open_ends: tuple[bool, bool] = (False, False)
    digest: str | None = None
    title: str = ""
    by_rank: bool = False

    @property
    def identity(self) -> tuple[str, str]:
        """The digest of the content and the settings beside it: two that share both are encoded alike."""
        settings = (
            self.values.dtype,
            self.name,
            self.low,
            self.high,
            self.palette,
            self.open_ends,
            self.title,
            self.by_rank,
        )
        return self.digest or digest_of(self.values), repr(settings)

    @property
    def array(self) -> NDArray[np.floating]:
        """What is encoded, one entry per point."""
        return self.values

    def encode(self) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Return a palette step 0..254 per point, 255 for missing, and the legend."""
        values = np.asarray(self.values, np.float32)
        is_finite = np.isfinite(values)
        # Most often all of a million are: then without a copy.
        finite = values if is_finite.all() else values[is_finite]
        scale = self._scale(finite)
        codes = np.where(is_finite, scale.steps(values), MISSING).astype(np.uint8)
        return codes, {
            "kind": "values",
            "name": self.name,
            "title": self.title or self.name,
            "low": scale.low,
            "high": scale.high,
            "palette": self.palette,
            "openEnds": self.open_ends,
            "missing": len(values) - len(finite),
            "middle": scale.middle,
        }

    def shares(self, values: NDArray[np.floating]) -> list[float]:
        """Return where on the palette each of these values is, from 0 to 1."""
        own_values = np.asarray(self.values, np.float32)
        scale = self._scale(own_values[np.isfinite(own_values)])
        steps = scale.steps(np.asarray(values, np.float32))
        return [int(step) / LAST_STEP for step in steps]

    def _scale(self, finite: NDArray[np.float32]) -> "_Scale":
        if not len(finite):
            return _Scale(0.0, 1.0)
        low = float(finite.min()) if self.low is None else self.low
        high = float(finite.max()) if self.high is None else self.high
        return _Scale(low, high, _rank_edges(finite, low, high) if self.by_rank else None)


@dataclass(frozen=True, eq=False)
class _Scale:
    """Which step of the palette a number has.

    Attributes:
        low: The number at the lower end.
        high: The number at the upper end.
        edges: (254,) where one step ends and the next begins; None where all steps are equally wide.
    """

    low: float
    high: float
    edges: NDArray[np.float32] | None = None

    @property
    def middle(self) -> float | None:
        """The number in the middle of the palette, where that is not halfway between its ends."""
        return None if self.edges is None else float(self.edges[len(self.edges) // 2])

    def steps(self, values: NDArray[np.float32]) -> NDArray[Any]:
        """Return the step of each value, 0..254, fractions of steps included; anything for NaN."""
        if self.edges is not None:
            return np.searchsorted(self.edges, values, "right")
        factor = LAST_STEP / (self.high - self.low) if self.high > self.low else 0.0
        with np.errstate(invalid="ignore"):
            steps: NDArray[np.float32] = np.clip(
                (values - np.float32(self.low)) * np.float32(factor) + 0.5, 0, LAST_STEP
            )
        return steps


def _rank_edges(finite: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32] | None:
    """Return (254,) where one step ends and the next begins, each with as many values; None without values."""
    inside = finite[(finite >= low) & (finite <= high)]
    if not len(inside):
        return None
    # One step more than there are edges, whose outer ends are those of the palette.
    shares = np.linspace(0, 1, LAST_STEP + 2)[1:-1]
    edges: NDArray[np.float32] = np.quantile(inside, shares).astype(np.float32)
    return edges


@dataclass(frozen=True)
class Categories:
    """One category per point, such as its predicted class or a tag.

    Attributes:
        name: By which it is told from others.
        codes: (N,) positions in `names`; -1 is missing and drawn gray.
        names: The categories. The legend lists the 24 largest, everything else is "other".
        sizes: How many points belong to each category if they may belong to several, of which they have the color of
            one; None for a category whose points all have its color.
        colors: Of each category, `#rrggbb`; by default those of the theme in the order of the legend.
        title: What the legend calls it, if not by its name.
        digest: Names the content of `codes`; without it, it is calculated in every run.
    """

    name: str
    codes: NDArray[np.integer]
    names: tuple[str, ...]
    digest: str | None = None
    sizes: tuple[int | None, ...] = ()
    colors: tuple[str, ...] = ()
    title: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """The digest of the content and the settings beside it: two that share both are encoded alike."""
        return self.digest or digest_of(self.codes), repr(
            (self.codes.dtype, self.name, self.names, self.sizes, self.colors, self.title)
        )

    @property
    def array(self) -> NDArray[np.integer]:
        """What is encoded, one entry per point."""
        return self.codes

    def encode(self) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Return a legend entry per point, 255 for missing, and the legend."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        # A tag inside older ones has no point of its own color, and is listed all the same.
        sizes = np.array([size or 0 for size in self.sizes] or counts)
        listed = np.flatnonzero(np.maximum(counts, sizes))
        if len(listed) > MAX_CATEGORIES:
            # The largest ones, in the order of the categories and not of their sizes.
            listed = np.sort(np.argsort(-counts, kind="stable")[:MAX_CATEGORIES])
        entry_of = np.full(len(self.names) + 1, len(listed), np.uint8)
        entry_of[listed] = np.arange(len(listed))
        entry_of[-1] = MISSING  # code -1
        entries = [self._entry(int(code), int(counts[code])) for code in listed]
        if other := int(counts.sum() - counts[listed].sum()):
            entries.append({"name": "other", "count": other, "size": other, "other": True})
        legend = {"kind": "categories", "name": self.name, "title": self.title or self.name, "entries": entries}
        return entry_of[self.codes], legend | {"missing": int((self.codes < 0).sum())}

    def _entry(self, code: int, count: int) -> dict[str, Any]:
        size = self.sizes[code] if self.sizes else None
        color = {"color": self.colors[code]} if self.colors else {}
        return {"name": self.names[code], "count": count, "size": count if size is None else size} | color
