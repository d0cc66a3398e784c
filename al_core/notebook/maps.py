"""The maps of datasets and of selections."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.embedding_map import Ring, Rings
from al_core.exceptions import MissingInputError
from al_core.notebook.colors import colors_of
from al_core.notebook.widget import EmbeddingMap
from al_core.projection.project import Method
from al_core.steps.views import views_of
from al_core.store.kinds import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.steps.selections import Selection
    from al_core.store import Dataset


def map_of(
    dataset: "Dataset",
    *,
    color: "str | NDArray[np.generic] | Sequence[str] | Sequence[float] | None" = None,
    embedding_name: str | None = None,
    method: Method | None = None,
    rings: Rings | None = None,
    height: int = 480,
) -> EmbeddingMap:
    """Return the map of a dataset; `al_core.store.Dataset.map` says what the settings mean."""
    points = _points(dataset, embedding_name, method)
    if rings is None:
        rings = Rings(ring=_ring("Labeled", workflow.labeled_set(dataset)))
    return EmbeddingMap(dataset, points, colors=colors_of(dataset, color), rings=rings, height=height)


def map_of_selection(selection: "Selection", *, height: int = 480) -> EmbeddingMap:
    """Return the map of a selection's dataset, on which what it added glows."""
    before = np.setdiff1d(selection.tag.rows, selection.added_rows)
    added = Ring("Selected", selection.added_rows, glows=True)
    rings = Rings(ring=_ring("Chosen before", before), highlight=added)
    return map_of(selection.dataset, rings=rings, height=height)


def _ring(name: str, rows: Rows) -> Ring | None:
    return Ring(name, rows) if len(rows) else None


def _points(dataset: "Dataset", embedding_name: str | None, method: Method | None) -> NDArray[np.floating]:
    embedding = dataset.arrays.newest(Kind.EMBEDDING, embedding_name)
    if embedding is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding to draw a map of; add embeddings first")
    views = views_of(dataset, embedding)
    if method is None and views:
        # Whatever was made of it last, rather than a minute of waiting for another one.
        points: NDArray[np.floating] = dataset.arrays.read(views[-1][0])
        return points
    return workflow.project(dataset, embedding.name, method or "UMAP")
