"""The labels of a dataset, replayed: which method would have got further with them."""

from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod
from al_core.evaluation import LabeledRows, Refusal, Replay, replay
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.chosen import added_rows, selections
from al_core.steps.labels import labels_for
from al_core.steps.reserve import read_reserve
from al_core.steps.row_sets import NO_ROWS
from al_core.store.kinds import Kind
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

ELSEWHERE = "others"
"""Who chose labels that no selection of the dataset asked for."""


def replay_labels(dataset: "Dataset", progress: Progress | None = None, *, seed: int = 0) -> Replay | Refusal:
    """Return how far each method would have got with the labels of classes there are, or why nobody can tell."""
    embedding = dataset.arrays.newest(Kind.EMBEDDING)
    if embedding is None:
        return Refusal("there is no embedding to train a probe on")
    labels = labels_for(dataset, CLASSIFICATION)
    has_class = labels.first_classes >= 0
    rows = labels.rows[has_class]
    classes = labels.first_classes[has_class]
    reserve = read_reserve(dataset)
    test_rows = reserve.reserve.rows if reserve else NO_ROWS
    barred_rows = reserve.barred if reserve else NO_ROWS
    is_test = np.isin(rows, test_rows)
    # Not the complement: rows of a tested group neither test nor train.
    is_training = ~np.isin(rows, barred_rows)
    labeled = LabeledRows(
        dataset.arrays.read(embedding),
        rows[is_training],
        classes[is_training],
        rows[is_test],
        classes[is_test],
        pool_makers(dataset, rows[is_training]),
    )
    return replay(labeled, tuple(SamplingMethod), seed=seed, progress=progress)


def pool_makers(dataset: "Dataset", rows: Rows) -> tuple[str, ...]:
    """Return which methods chose these rows, the one that chose most first."""
    counts: dict[str, int] = {}
    left = rows
    # Oldest first: a row belongs to the selection that asked for it first.
    for tag in selections(dataset):
        config = tag.provenance.config
        own = np.intersect1d(left, added_rows(dataset, tag))
        left = np.setdiff1d(left, own)
        if len(own):
            maker = str(config.method) if config else ELSEWHERE
            counts[maker] = counts.get(maker, 0) + len(own)
    if len(left):
        counts[ELSEWHERE] = counts.get(ELSEWHERE, 0) + len(left)
    return tuple(sorted(counts, key=lambda maker: -counts[maker]))
