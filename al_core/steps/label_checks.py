"""What labels from another machine must be like: nothing later on looks at them again."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.steps.labels import ANNOTATION, TABLES, LabelAttributes
from al_core.store.kinds import Kind
from al_core.store.label_sets import NewLabelSet
from al_core.store.stored_json import read_record

if TYPE_CHECKING:
    from al_core.store import Dataset

_REMEDY = "send what al_core.wire.label_bundle writes"


def check_new_labels(dataset: "Dataset", new: NewLabelSet) -> None:
    """Raise `InvalidInputError` unless a client may store these labels."""
    attributes = read_record(LabelAttributes, new.attributes)
    texts = (*attributes.class_names, *attributes.annotators, *attributes.tasks) if attributes else ()
    if attributes is None or not all(isinstance(text, str) for text in texts):
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
        # Readers find the entries of an annotation by binary search.
        if (np.diff(table["row"]) < 0).any():
            raise InvalidInputError(f"the entries of '{kind}' are in ascending order of their row; {_REMEDY}")
    if "label" in names:
        # A run of a mask may be of pixels that nobody labeled.
        lowest = -1 if kind == Kind.LABEL_RUN else 0
        _check_range(table["label"], lowest, n_classes, f"classes of '{kind}'")


def _check_masks(new: NewLabelSet) -> None:
    masks = new.tables.get(Kind.LABEL_MASK)
    runs = new.tables.get(Kind.LABEL_RUN)
    if masks is None:
        return
    # Pixels before each run, so that those of any span of runs are a difference. In 64 bits: no file overflows them.
    n_runs = 0 if runs is None else len(runs)
    pixels_before = np.zeros(n_runs + 1, np.int64)
    if runs is not None:
        np.cumsum(runs["length"], dtype=np.int64, out=pixels_before[1:])
    for mask in masks:
        start = int(mask["start"])
        stop = int(mask["stop"])
        # Python's integers: the product of two 32-bit sides may not fit 32 bits.
        height = int(mask["height"])
        width = int(mask["width"])
        is_whole = 0 <= start <= stop <= n_runs and min(height, width) > 0
        if not is_whole or pixels_before[stop] - pixels_before[start] != height * width:
            raise InvalidInputError(f"a mask has not as many pixels as its sides say; {_REMEDY}")


def _check_range(values: NDArray[Any], low: int, high: int, noun: str) -> None:
    if len(values) and not (low <= values.min() and values.max() < high):
        raise InvalidInputError(
            f"{noun} of labels lie in {low} to {high - 1}, found {values.min()} to {values.max()}; {_REMEDY}"
        )
