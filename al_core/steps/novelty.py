"""How far the images that came later are from what is labeled, beside the older images."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import MissingInputError
from al_core.steps.chosen import labeled_rows
from al_core.store.kinds import Kind
from al_core.store.records import Tag
from al_core.text import counted
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.geometry.space import Space
    from al_core.store import Dataset

QUANTILE = 0.95
"""By construction 5% of the older images are beyond it: a larger share of the new ones means that they differ."""

MOST_OLD = 2_000
"""Older images measured: their quantile is known to about half a percentage point."""

FEWEST_LABELED = 20
"""With fewer the distance to the nearest labeled image says where those few lie, and older images take their place."""


@dataclass(frozen=True, eq=False)
class Novelty:
    """New images beside older ones.

    Attributes:
        share: Of the new images, those farther away than `QUANTILE` of the older ones.
        is_to_labeled: Whether distances are to the nearest labeled image; otherwise to the nearest older one.
        rows: The new rows, the farthest first.
        distances: Of `rows`, 0 (identical) to 2 (opposite).
    """

    share: float
    is_to_labeled: bool
    rows: Rows
    distances: NDArray[np.float32]

    def sentence(self) -> str:
        """Return what it means."""
        reference = "labeled image" if self.is_to_labeled else "older image"
        return (
            f"Of {counted(len(self.rows), 'new image')}, {self.share:.0%} lie farther from every {reference} than 95% "
            "of the older images do; if they were like those, it would be about 5%"
        )


def novelty_of(dataset: "Dataset", tag: Tag) -> Novelty:
    """Return how the images of a tag compare with all others.

    Raises:
        MissingInputError: If the dataset has no complete embedding, or the tag leaves no other images.
    """
    from al_core.geometry.space import Space

    stored = dataset.arrays.newest(Kind.EMBEDDING)
    new = tag.rows
    old = np.setdiff1d(np.arange(dataset.n_samples), new)
    # The nearest of one row to itself would be nothing.
    if stored is None or len(old) < 2:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding, or nothing but the new images")
    labeled = np.setdiff1d(labeled_rows(dataset), new)
    is_to_labeled = len(labeled) >= FEWEST_LABELED
    others = labeled if is_to_labeled else old
    space = Space.from_embeddings(dataset.arrays.read(stored), np.arange(dataset.n_samples), normalize=True)
    # A fixed seed, so that the same images give the same sentence; sorted, so that rows are read in order.
    sampled = np.random.default_rng(0).permutation(old)[:MOST_OLD]
    measured = np.sort(sampled)
    limit = np.quantile(_nearest(space, measured, others), QUANTILE)
    distances = _nearest(space, new, others)
    order = np.argsort(-distances, kind="stable")
    share = float(np.mean(distances > limit))
    return Novelty(share, is_to_labeled, new[order], distances[order])


def _nearest(space: "Space", rows: Rows, others: Rows) -> NDArray[np.float32]:
    """Return the distance of each row to the nearest other one."""
    from al_core.geometry.exact_neighbors import nearest_of

    _, distances = nearest_of(space, 1, rows, others)
    return distances[:, 0]
