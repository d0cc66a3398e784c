"""What can be known about every sample at once, calculated once for each content."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import workflow
from al_core.explore import filters
from al_core.explore.filters import Bins, Mask
from al_core.store import INITIAL_TAG, Dataset, StoredArray
from al_core.types import Rows
from ui.embedding_map import Categories, Values

PREDICTED, TAG = "predicted class", "tag"
NO_TAG = "in no tag"


@dataclass(frozen=True)
class Column:
    """A number for each sample: a score or numeric metadata."""

    name: str
    stored: StoredArray
    values: NDArray

    @property
    def is_score(self) -> bool:
        """Whether it is from 0 to 1, higher meaning more worth labelling."""
        return self.stored.kind == "score"

    def bins(self, n_bins: int) -> tuple[Bins, NDArray[np.int64]]:
        """Return the bars of a histogram and how many samples each holds in all."""
        return _bins(self.stored.digest, n_bins, (0.0, 1.0) if self.is_score else None, self.values)

    def highest_first(self) -> NDArray[np.int32]:
        """Return all rows, the highest value first."""
        return _highest_first(self.stored.digest, self.values)


def number_columns(dataset: Dataset) -> dict[str, Column]:
    """Return the preferred score first, then other scores, then numeric metadata."""
    scores = dataset.arrays.all("score")
    preferred = [score for name in workflow.PREFERRED_SCORES for score in scores if score.name == name][:1]
    ordered = preferred + [score for score in scores if score not in preferred] + dataset.arrays.all("metadata")
    columns: dict[str, Column] = {}
    for stored in ordered:
        values = dataset.arrays.read(stored)
        name = f"{stored.name} ({stored.kind})" if stored.name in columns else stored.name
        if values.shape == (dataset.n_samples,) and values.dtype.kind in "fiub":
            columns[name] = Column(name, stored, values)
    return columns


def predicted_class(dataset: Dataset) -> Categories | None:
    """Return the class that the newest predictions give each sample."""
    prediction = dataset.arrays.newest("prediction")
    if prediction is None:
        return None
    codes = _predicted_classes(prediction.digest, dataset.arrays.read(prediction))
    return Categories(PREDICTED, codes, tuple(prediction.facts["class_names"]), digest=prediction.digest)


def text_columns(dataset: Dataset) -> dict[str, Categories]:
    """Return the metadata that is text; one that is named as something else is told apart by its kind."""
    taken = {PREDICTED, TAG, *(stored.name for kind in ("score", "metadata") for stored in dataset.arrays.all(kind))}
    stored = dataset.arrays.all("category")
    names = [f"{found.name} (text)" if found.name in taken else found.name for found in stored]
    return {
        name: Categories(name, dataset.arrays.read(found), tuple(found.facts["names"]), digest=found.digest)
        for name, found in zip(names, stored, strict=True)
    }


def first_tag(dataset: Dataset) -> Categories:
    """Return the oldest tag that each sample is in: tags contain their parents, so this is when it was added."""
    names = [NO_TAG, *(tag.name for tag in dataset.tags() if tag.name != INITIAL_TAG)]
    codes = np.zeros(dataset.n_samples, np.int16)
    for code, tag in enumerate((tag for tag in dataset.tags() if tag.name != INITIAL_TAG), 1):
        codes[filters.tag_mask([tag.mask], dataset.n_samples)] = code
    return Categories(TAG, codes, tuple(names))


def map_colors(dataset: Dataset, columns: dict[str, Column], name: str | None) -> Values | Categories | None:
    """Return the colours of the map; a number's palette spans the same values as its histogram."""
    if name == PREDICTED:
        return predicted_class(dataset)
    if name == TAG:
        return first_tag(dataset)
    if name not in columns:
        return text_columns(dataset).get(name or "")
    column = columns[name]
    bins, _ = column.bins(1)
    low, high = float(bins.edges[0]), float(bins.edges[-1])
    return Values(name, column.values, low=low, high=high, digest=column.stored.digest)


@st.cache_resource(max_entries=4, show_spinner=False)
def filename_mask(dataset_id: str, n_samples: int, text: str, _dataset: Dataset) -> Mask:
    return filters.filename_mask(_dataset.filename_column, text)


@st.cache_resource(max_entries=64, show_spinner=False)
def _bins(
    digest: str, n_bins: int, limits: tuple[float, float] | None, _values: NDArray
) -> tuple[Bins, NDArray[np.int64]]:
    bins = filters.bin_values(_values, n_bins, limits=limits)
    return bins, bins.count()


@st.cache_resource(max_entries=8, show_spinner=False)
def _highest_first(digest: str, _values: NDArray) -> Rows:
    return filters.highest_first(_values)


@st.cache_resource(max_entries=8, show_spinner=False)
def _predicted_classes(digest: str, _probabilities: NDArray) -> NDArray[np.int16]:
    return filters.predicted_classes(_probabilities)
