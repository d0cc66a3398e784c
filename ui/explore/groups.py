"""What each image belongs to: its predicted class, its label, whether they agree, its round, its tag."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.answers import NO_ANSWER, answers
from al_core.steps.chosen import selection_summaries
from al_core.steps.classes import class_names, colors_of
from al_core.steps.labels import label_tasks
from al_core.steps.sample_classes import first_rounds, labeled_classes, right_or_wrong
from al_core.store import Dataset, Model
from ui.embedding_map import Categories
from ui.explore import columns
from ui.images import ClassCaptions

PREDICTED = columns.PREDICTED
LABEL = "label"
RIGHT = "right or wrong"
ROUND = "round"
CHANGED = "changed answer"
TITLES = {
    PREDICTED: "Predicted class",
    LABEL: "Label",
    RIGHT: "Right or wrong",
    ROUND: "Round",
    CHANGED: "Changed answer",
    columns.TAG: "Tag",
}
"""What people read of each, by its name in addresses."""
MOST_MODELS = 8
"""Earlier models whose classes can be chosen, the newest ones."""
GREEN, RED, GRAY = "#009e73", "#d55e00", "#8a949c"


def group_titles(dataset: Dataset) -> dict[str, str]:
    """Return what people read of everything that images can be grouped by."""
    return TITLES | {name: f"Predicted by “{model.name}”" for name, model in _earlier_models(dataset).items()}


def _earlier_models(dataset: Dataset) -> dict[str, Model]:
    """Return the classifiers that are not current, by the name of their group, the newest first."""
    models = [model for model in dataset.models.all() if model.task == CLASSIFICATION and model.predictions]
    return {f"{PREDICTED} by {model.name}": model for model in models if not model.is_current}


def group_names(dataset: Dataset) -> list[str]:
    """Return what images of the dataset can be grouped by now."""
    has_classes = columns.predicted_class(dataset) is not None
    has_labels = CLASSIFICATION in label_tasks(dataset)
    return [
        *([PREDICTED] if has_classes else []),
        *([LABEL] if has_labels else []),
        *([RIGHT] if has_classes and has_labels else []),
        *([CHANGED] if _two_models(dataset) else []),
        *([ROUND] if selection_summaries(dataset) else []),
        columns.TAG,
        *list(_earlier_models(dataset))[:MOST_MODELS],
    ]


def group(dataset: Dataset, name: str) -> Categories | None:
    """Return the groups of that name, or None if there are none."""
    earlier = _earlier_models(dataset)
    if name in earlier:
        return _predicted_by(dataset, name, earlier[name])
    return GROUPS[name](dataset) if name in group_names(dataset) else None


def class_captions(dataset: Dataset) -> ClassCaptions | None:
    """Return predicted class and label for the captions of images; None if there are neither."""
    names = class_names(dataset)
    predicted = _predicted(dataset, names)
    labels = _labels(dataset, names) if CLASSIFICATION in label_tasks(dataset) else None
    if predicted is None and labels is None:
        return None
    # -1 is no class, as in every array of codes.
    nothing = np.full(dataset.n_samples, -1, np.int32)
    return ClassCaptions(
        names,
        colors_of(names),
        nothing if predicted is None else predicted.codes,
        nothing if labels is None else labels.codes,
    )


def _predicted(dataset: Dataset, names: list[str] | None = None) -> Categories | None:
    """Return the predicted classes; `names` are all classes of the dataset, if the caller has read them."""
    predicted = columns.predicted_class(dataset)
    if predicted is None:
        return None
    return _with_colors(predicted, TITLES[PREDICTED], class_names(dataset) if names is None else names)


def _predicted_by(dataset: Dataset, name: str, model: Model) -> Categories:
    assert model.predictions is not None
    predicted = columns.classes_of(dataset, model.predictions)
    return replace(_with_colors(predicted, group_titles(dataset)[name], class_names(dataset)), name=name)


def _with_colors(predicted: Categories, title: str, names: list[str]) -> Categories:
    codes = _as_positions(predicted.digest or "", tuple(names), predicted.names, predicted.codes)
    return _of_classes(PREDICTED, codes, title, names)


def _labels(dataset: Dataset, names: list[str] | None = None) -> Categories:
    """Return the labels; `names` as for `_predicted`."""
    names = class_names(dataset) if names is None else names
    # Label sets never change: their ids say what the labels are.
    ids = " ".join(stored.id for stored in dataset.labels.all())
    codes = _labeled(f"{dataset.id} {dataset.n_samples} {ids}", names, dataset)
    return _of_classes(LABEL, codes, TITLES[LABEL], names)


def _of_classes(name: str, codes: NDArray[np.int32], title: str, names: list[str]) -> Categories:
    colors = colors_of(names)
    return Categories(name, codes, tuple(colors), colors=tuple(colors.values()), title=title)


def _right(dataset: Dataset) -> Categories | None:
    names = class_names(dataset)
    predicted = _predicted(dataset, names)
    if predicted is None:
        return None
    verdict = right_or_wrong(_labels(dataset, names).codes, predicted.codes)
    return Categories(RIGHT, verdict, ("right", "wrong"), colors=(GREEN, RED), title=TITLES[RIGHT])


def _rounds(dataset: Dataset) -> Categories:
    codes, names = first_rounds(dataset)
    return Categories(ROUND, codes, tuple(names), title=TITLES[ROUND])


def _two_models(dataset: Dataset) -> tuple[Model, Model] | None:
    """Return the current model and the one before it of the same task."""
    models = [model for model in dataset.models.all() if model.predictions]
    current = next((model for model in models if model.is_current), None)
    if current is None:
        return None
    # Earlier by date: an older model may have been made current again.
    earlier = (model for model in models if model.task == current.task and model.created_at < current.created_at)
    before = max(earlier, key=lambda model: model.created_at, default=None)
    return (before, current) if before else None


def _changed(dataset: Dataset) -> Categories | None:
    models = _two_models(dataset)
    if models is None:
        return None
    before, after = models
    codes = _changes(f"{dataset.id} {before.id} {after.id} {dataset.n_samples}", dataset, before, after)
    names = ("same answer", "changed answer")
    return Categories(CHANGED, codes, names, colors=(GRAY, RED), title=f"Changed since “{before.name}”")


GROUPS: dict[str, Callable[[Dataset], Categories | None]] = {
    PREDICTED: _predicted,
    LABEL: _labels,
    RIGHT: _right,
    CHANGED: _changed,
    ROUND: _rounds,
    columns.TAG: columns.first_tag,
}


# Cached as in `columns`: by what names the content.


@st.cache_resource(max_entries=8, show_spinner=False)
def _as_positions(
    digest: str, names: tuple[str, ...], own_names: tuple[str, ...], _codes: NDArray[np.integer]
) -> NDArray[np.int32]:
    # The last one answers for images without a prediction.
    places = np.array([*(names.index(name) for name in own_names), -1], np.int32)
    positions: NDArray[np.int32] = places[_codes]
    return positions


@st.cache_resource(max_entries=8, show_spinner=False)
def _labeled(key: str, names: list[str], _dataset: Dataset) -> NDArray[np.int32]:
    return labeled_classes(_dataset)


@st.cache_resource(max_entries=8, show_spinner="Comparing the predictions…")
def _changes(key: str, _dataset: Dataset, _before: Model, _after: Model) -> NDArray[np.int8]:
    first = answers(_dataset, _before)
    second = answers(_dataset, _after)
    changed: NDArray[np.int8] = (first != second).astype(np.int8)
    changed[(first == NO_ANSWER) | (second == NO_ANSWER)] = -1
    return changed
