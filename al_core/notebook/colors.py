"""What the colors of a map in a notebook mean."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedding_map import Categories, Values
from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.explore.filters import predicted_classes
from al_core.explore.skew import is_skewed
from al_core.scorers import score_title
from al_core.steps.classes import class_colors
from al_core.steps.metadata import ColumnAttributes
from al_core.steps.sample_classes import labeled_classes
from al_core.steps.scores import current_scores, preferred_first
from al_core.steps.tasks import PredictionAttributes
from al_core.store.kinds import Kind
from al_core.text import quoted

if TYPE_CHECKING:
    from al_core.store import Dataset

PREDICTED = "predicted class"
LABEL = "label"


def colors_of(
    dataset: "Dataset", color: "str | NDArray[np.generic] | Sequence[str] | Sequence[float] | None"
) -> Values | Categories | None:
    """Return the colors of a column by its name, or of what somebody brings for each sample; None without any.

    Raises:
        NotFoundError: If there is no such column; the message lists those there are.
        InvalidInputError: If it is not one number or text for each sample.
    """
    if color is None:
        scores = preferred_first(score.name for score in current_scores(dataset))
        return _stored_colors(dataset, scores[0]) if scores else None
    if isinstance(color, str):
        return _stored_colors(dataset, color)
    return _own_colors(dataset, np.asarray(color))


def _stored_colors(dataset: "Dataset", name: str) -> Values | Categories:
    if name == LABEL:
        colors = class_colors(dataset)
        labeled = labeled_classes(dataset)
        return Categories(LABEL, labeled, tuple(colors), colors=tuple(colors.values()), title=LABEL.capitalize())
    model = dataset.models.current("classification")
    predictions = model.predictions if model else None
    if name == PREDICTED and predictions:
        predicted = predicted_classes(dataset.arrays.read(predictions))
        return Categories(PREDICTED, predicted, PredictionAttributes.of(predictions).class_names)
    scores = {score.name: score for score in current_scores(dataset)}
    if name in scores:
        values = dataset.arrays.read(scores[name])
        return Values(name, values, 0.0, 1.0, title=score_title(name), by_rank=is_skewed(values, 0, 1))
    columns = {stored.name: stored for kind in (Kind.CATEGORY, Kind.METADATA) for stored in dataset.arrays.all(kind)}
    if name not in columns:
        there = quoted([*scores, *columns, LABEL, *([PREDICTED] if predictions else [])])
        raise NotFoundError(f"dataset '{dataset.name}' has nothing called '{name}' to color by; there are: {there}")
    values = dataset.arrays.read(columns[name])
    if columns[name].kind == Kind.CATEGORY:
        return Categories(name, values, ColumnAttributes.of(columns[name]).names)
    return Values(name, values)


def _own_colors(dataset: "Dataset", colors: NDArray[Any]) -> Values | Categories:
    if colors.shape != (dataset.n_samples,):
        raise InvalidInputError(
            f"color must have one entry for each of {dataset.n_samples} samples, but has shape {colors.shape}"
        )
    if colors.dtype.kind in "fiub":
        return Values("color", colors.astype(np.float32))
    names, codes = np.unique(colors.astype(str), return_inverse=True)
    return Categories("color", codes, tuple(names.tolist()))
