"""What the colour of a point means: a number on a palette, or one of several categories."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ui.embedding_map.arrays import digest_of

Palette = Literal["viridis", "cividis", "diverging"]

MAX_CATEGORIES = 24
MISSING = 255
LAST_STEP = 254


@dataclass(frozen=True)
class Values:
    """One number per point, such as a score.

    Attributes:
        name: What the legend calls it.
        values: (N,); NaN is missing and drawn grey.
        low: The number at the lower end of the palette; by default the smallest.
        high: The number at its upper end; by default the largest.
        digest: Names the content of `values`, if that is known.
    """

    name: str
    values: NDArray[np.floating]
    low: float | None = None
    high: float | None = None
    palette: Palette = "viridis"
    digest: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What says that two are encoded alike: the content, and the facts beside it."""
        return self.digest or digest_of(self.values), repr(
            (self.values.dtype, self.name, self.low, self.high, self.palette)
        )

    def encode(self) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Return a palette step 0..254 per point, 255 for missing, and the legend."""
        values = np.asarray(self.values, np.float32)
        is_known = np.isfinite(values)
        known = values[is_known] if not is_known.all() else values
        low = float(known.min(initial=np.inf)) if self.low is None else self.low
        high = float(known.max(initial=-np.inf)) if self.high is None else self.high
        if not len(known):
            low, high = 0.0, 1.0
        scale = LAST_STEP / (high - low) if high > low else 0.0
        with np.errstate(invalid="ignore"):
            steps = np.clip((values - np.float32(low)) * np.float32(scale) + 0.5, 0, LAST_STEP)
        codes = np.where(is_known, steps, MISSING).astype(np.uint8)
        legend = {"kind": "values", "name": self.name, "low": low, "high": high, "palette": self.palette}
        return codes, legend | {"missing": len(values) - len(known)}


@dataclass(frozen=True)
class Categories:
    """One category per point, such as its predicted class or a tag.

    Attributes:
        name: What the legend calls it.
        codes: (N,) positions in `names`; -1 is missing and drawn grey.
        names: The categories. The legend lists the 24 largest, everything else is "other".
        digest: Names the content of `codes`, if that is known.
    """

    name: str
    codes: NDArray[np.integer]
    names: tuple[str, ...]
    digest: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What says that two are encoded alike: the content, and the facts beside it."""
        return self.digest or digest_of(self.codes), repr((self.codes.dtype, self.name, self.names))

    def encode(self) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Return a legend entry per point, 255 for missing, and the legend."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        listed = np.flatnonzero(counts)
        if len(listed) > MAX_CATEGORIES:
            listed = np.sort(np.argsort(-counts, kind="stable")[:MAX_CATEGORIES])
        entry_of = np.full(len(self.names) + 1, len(listed), np.uint8)
        entry_of[listed] = np.arange(len(listed))
        entry_of[-1] = MISSING  # code -1
        entries = [{"name": self.names[code], "count": int(counts[code])} for code in listed]
        if other := int(counts.sum() - counts[listed].sum()):
            entries.append({"name": "other", "count": other, "other": True})
        legend = {"kind": "categories", "name": self.name, "entries": entries}
        return entry_of[self.codes], legend | {"missing": int((self.codes < 0).sum())}
