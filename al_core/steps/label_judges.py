"""Which model judges which labels: one that cannot have been trained on them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from al_core.steps.shared_classes import unjudgeable
from al_core.store.models import Model
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


def judges_of(dataset: "Dataset", rows: Rows, task: str, classes: Sequence[str]) -> Iterator[tuple[Model, Rows]]:
    """Yield models with the positions of the rows that each judges: it knows their classes, but not their labels."""
    # When the last label of each sample came back, in milliseconds since 1970; 0 for samples without one.
    returned = np.zeros(dataset.n_samples, np.int64)
    label_sets = dataset.labels.all()
    tags = {tag.id: tag for tag in dataset.tags_by_id([stored.tag_id for stored in label_sets])}
    for stored in label_sets:
        if stored.tag_id in tags:
            labeled = tags[stored.tag_id].rows
            returned[labeled] = np.maximum(returned[labeled], stored.created_at)
    left = np.ones(len(rows), bool)
    # Newest first: each label is judged by the newest model that cannot have learned it.
    for model in dataset.models.all():
        if model.task != task or model.predictions is None or unjudgeable(model, classes):
            continue
        positions = np.flatnonzero(left & (model.created_at < returned[rows]))
        left[positions] = False
        if len(positions):
            yield model, positions
