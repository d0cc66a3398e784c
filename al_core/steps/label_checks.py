"""What labels from another machine must be like: nothing later on looks at them again."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.steps.labels import ANNOTATION, TABLES, LabelAttributes
from al_core.store.label_sets import NewLabelSet
from al_core.store.records import Kind
from al_core.store.stored_json import read_record

if TYPE_CHECKING:
    from al_core.store import Dataset

_REMEDY = "send what al_core.wire.label_bundle writes"


def check_new_labels(dataset: "Dataset", new: NewLabelSet) -> None:
    """Raise `InvalidInputError` unless a client may store these labels."""
    attributes = read_record(LabelAttributes, new.attributes)
    if attributes is None or not all(
        isinstance(text, str) for text in (*attributes.class_names, *attributes.annotators, *attributes.tasks)
    ):
        raise InvalidInputError(f"labels come with the attributes class_names, annotators and tasks; {_REMEDY}")
    annotations = new.tables.get(Kind.LABEL)
    if annotations is None or annotations.dtype != ANNOTATION or annotations.ndim != 1 or not len(annotations):
        raise InvalidInputError(f"labels come with at least one annotation of type {ANNOTATION}; {_REMEDY}")
    _check_range(annotations["row"], 0, dataset.n_samples, "rows")
    _check_range(annotations["annotator"], -1, len(attributes.annotators), "annotators")
    if not np.array_equal(np.unique(annotations["row"]), new.rows):
        raise InvalidInputError(f"the rows of labels are those of their annotations, ascending; {_REMEDY}")
    for kind, table in new.tables.items():
        if kind != Kind.LABEL:
            _check_table(kind, table, len(annotations), len(attributes.class_names))
    _check_masks(new)


def _check_table(kind: str, table: NDArray[Any], n_annotations: int, n_classes: int) -> None:
    types = {str(name): entry for name, (_, entry) in TABLES.items()}
    if kind not in types or table.dtype != types[kind] or table.ndim != 1:
        raise InvalidInputError(f"'{kind}' of labels is {table.dtype} of shape {table.shape}; {_REMEDY}")
    names = table.dtype.names or ()
    if "row" in names:
        _check_range(table["row"], 0, n_annotations, f"annotations of '{kind}'")
        if (np.diff(table["row"]) < 0).any():
            raise InvalidInputError(f"the entries of '{kind}' are in ascending order of their row; {_REMEDY}")
    if "label" in names:
        _check_range(table["label"], -1 if kind == Kind.LABEL_RUN else 0, n_classes, f"classes of '{kind}'")


def _check_masks(new: NewLabelSet) -> None:
    masks = new.tables.get(Kind.LABEL_MASK)
    runs = new.tables.get(Kind.LABEL_RUN)
    if masks is None:
        return
    lengths = np.zeros(1, np.int64) if runs is None else np.append(0, np.cumsum(runs["length"], dtype=np.int64))
    n_runs = len(lengths) - 1
    for mask in masks:
        start, stop = int(mask["start"]), int(mask["stop"])
        is_whole = 0 <= start <= stop <= n_runs and min(mask["height"], mask["width"]) > 0
        if not is_whole or lengths[stop] - lengths[start] != int(mask["height"]) * int(mask["width"]):
            raise InvalidInputError(f"a mask has not as many pixels as its sides say; {_REMEDY}")


def _check_range(values: NDArray[Any], low: int, high: int, noun: str) -> None:
    if len(values) and not (low <= values.min() and values.max() < high):
        raise InvalidInputError(
            f"{noun} of labels lie in {low} to {high - 1}, found {values.min()} to {values.max()}; {_REMEDY}"
        )
