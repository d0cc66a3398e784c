"""What is stored about every image at once, calculated once for each content."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.explore import filters
from al_core.explore.filters import Mask
from al_core.explore.histogram import Bins, bin_values, typical_limits
from al_core.scorers import score_title
from al_core.steps.metadata import ColumnAttributes
from al_core.steps.predictions import annotations_of, find_predictions, model_of, task_of
from al_core.steps.scores import current_scores, preferred_first
from al_core.steps.tasks import PredictionAttributes
from al_core.store import INITIAL_TAG, Dataset, Kind, StoredArray
from al_core.types import Rows
from ui.embedding_map import Categories

PREDICTED = "predicted class"
TAG = "tag"
NO_TAG = "in no tag"


@dataclass(frozen=True)
class Column:
    """A number for each image: a score or numeric metadata.

    Attributes:
        name: By which Python, addresses and filters know it.
        stored: Its record.
        values: (N,) NaN where it is missing.
        title: What people read.
    """

    name: str
    stored: StoredArray
    values: NDArray[Any]
    title: str

    @property
    def is_score(self) -> bool:
        """Whether it is from 0 to 1, higher meaning more worth labeling."""
        return self.stored.kind == Kind.SCORE

    def bins(self, n_bins: int) -> tuple[Bins, NDArray[np.int64]]:
        """Return the bars of a histogram and how many images each holds in all."""
        return _bins(self.stored.digest, n_bins, (0.0, 1.0) if self.is_score else None, self.values)

    def highest_first(self) -> Rows:
        """Return all rows, the highest value first."""
        return _highest_first(self.stored.digest, self.values)


def number_columns(dataset: Dataset) -> dict[str, Column]:
    """Return the preferred score first, then other scores, then numeric metadata."""
    scores = {score.name: score for score in current_scores(dataset)}
    ordered = [scores[name] for name in preferred_first(scores)] + dataset.arrays.all(Kind.METADATA)
    columns: dict[str, Column] = {}
    for stored in ordered:
        values = dataset.arrays.read(stored)
        name = f"{stored.name} ({stored.kind})" if stored.name in columns else stored.name
        if values.shape == (dataset.n_samples,) and values.dtype.kind in "fiub":
            columns[name] = Column(name, stored, values, _title(name, stored))
    return columns


def first_that_varies(columns: dict[str, Column]) -> str | None:
    """Return the first column whose values tell images apart; the first one if none does.

    Photographs of one camera are all as wide.
    """
    varying = (name for name, column in columns.items() if _varies(column.stored.digest, column.values))
    return next(varying, next(iter(columns), None))


def _title(name: str, stored: StoredArray) -> str:
    return score_title(name) if stored.kind == Kind.SCORE else name


def titles(columns: dict[str, Column]) -> dict[str, str]:
    """Return what people read for each column; of two that read alike, the names."""
    often = Counter(column.title for column in columns.values())
    return {name: column.title if often[column.title] == 1 else name for name, column in columns.items()}


def predicted_class(dataset: Dataset) -> Categories | None:
    """Return the class that the current model gives each image."""
    model = dataset.models.current("classification")
    prediction = model.predictions if model else dataset.arrays.newest(Kind.PREDICTION)
    if prediction is None:
        return None
    return classes_of(dataset, prediction)


def classes_of(dataset: Dataset, prediction: StoredArray) -> Categories:
    """Return the most likely class of each image by stored probabilities."""
    codes = _predicted_classes(prediction.digest, dataset.arrays.read(prediction))
    return Categories(PREDICTED, codes, PredictionAttributes.of(prediction).class_names, digest=prediction.digest)


def text_columns(dataset: Dataset) -> dict[str, Categories]:
    """Return the metadata that is text; a column with the name of something else gets its kind behind it."""
    numbers = [*dataset.arrays.all(Kind.SCORE), *dataset.arrays.all(Kind.METADATA)]
    others = {PREDICTED, TAG, *(stored.name for stored in numbers)}
    columns = {}
    for stored in dataset.arrays.all(Kind.CATEGORY):
        name = f"{stored.name} (text)" if stored.name in others else stored.name
        codes = dataset.arrays.read(stored)
        columns[name] = Categories(name, codes, ColumnAttributes.of(stored).names, digest=stored.digest)
    return columns


def first_tag(dataset: Dataset) -> Categories:
    """Return the oldest tag that each image is in: tags contain their parents, so this is when it was added."""
    return _first_tag(dataset.version(), dataset)


# All masks decide, which are megabytes where there are many images.
@st.cache_resource(max_entries=4, show_spinner=False)
def _first_tag(version: str, _dataset: Dataset) -> Categories:
    codes = np.zeros(_dataset.n_samples, np.int16)
    names = [NO_TAG]
    sizes: list[int | None] = [None]
    # Newest first, so that an older tag has the last word.
    for tag in _dataset.tags():
        if tag.name != INITIAL_TAG:
            codes[filters.tag_mask([tag.mask], _dataset.n_samples)] = len(names)
            names.append(tag.name)
            sizes.append(tag.size)
    return Categories(TAG, codes, tuple(names), sizes=tuple(sizes), title="Tag")


@dataclass(frozen=True, eq=False)
class ObjectTable:
    """The objects that the current model predicts.

    Attributes:
        names: The classes.
        task: The name of the task.
        rows: The image of each object.
        labels: The class of each, a position among the names.
        scores: The confidence of each.
    """

    names: tuple[str, ...]
    task: str
    rows: Rows
    labels: NDArray[np.integer]
    scores: NDArray[np.floating]


def object_table(dataset: Dataset) -> ObjectTable | None:
    """Return the objects that the current model predicts, or None if its task has none."""
    stored = find_predictions(dataset)
    if stored is None or task_of(stored).is_one_class:
        return None
    model = model_of(dataset, stored)
    return _object_table(f"{stored.digest} {model.confidence_threshold if model else 0}", dataset, stored)


# The caches below hold what takes tens of milliseconds at a million images. Streamlit would hash an array by samples
# of it, and so return stale values: the digest is the argument, and the underscore keeps the array from being hashed.


# Filenames have no digest: they are only ever added at the end, so their number tells them apart.
@st.cache_resource(max_entries=4, show_spinner=False)
def filename_mask(dataset_id: str, n_samples: int, text: str, _dataset: Dataset) -> Mask:
    """Return which images have the text in their filename."""
    return filters.filename_mask(_dataset.filename_column, text)


@st.cache_resource(max_entries=64, show_spinner=False)
def _bins(
    digest: str, n_bins: int, limits: tuple[float, float] | None, _values: NDArray[Any]
) -> tuple[Bins, NDArray[np.int64]]:
    bins = bin_values(_values, n_bins, limits=typical_limits(_values, limits) if _values.dtype.kind == "f" else None)
    return bins, bins.count()


@st.cache_resource(max_entries=8, show_spinner=False)
def _highest_first(digest: str, _values: NDArray[Any]) -> Rows:
    return filters.highest_first(_values).astype(np.int64)


@st.cache_resource(max_entries=64, show_spinner=False)
def _varies(digest: str, _values: NDArray[Any]) -> bool:
    present = _values[~np.isnan(_values)]
    return bool(len(present) and present.min() != present.max())


@st.cache_resource(max_entries=8, show_spinner=False)
def _predicted_classes(digest: str, _probabilities: NDArray[Any]) -> NDArray[np.int16]:
    return filters.predicted_classes(_probabilities)


@st.cache_resource(max_entries=4, show_spinner=False)
def _object_table(digest: str, _dataset: Dataset, _stored: StoredArray) -> ObjectTable | None:
    annotations = annotations_of(_dataset, _stored)
    task = task_of(_stored)
    objects = task.objects(annotations)
    return ObjectTable(tuple(annotations.class_names), task.name, *objects) if objects else None
