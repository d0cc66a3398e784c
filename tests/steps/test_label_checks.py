from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import InvalidInputError
from al_core.steps.label_checks import check_new_labels
from al_core.steps.labels import new_label_set
from al_core.store import Dataset, Kind
from al_core.store.label_sets import NewLabelSet
from tests.conftest import FILENAMES
from tests.steps.test_labels import boxes


def valid(dataset: Dataset) -> NewLabelSet:
    labels = boxes([FILENAMES[4], FILENAMES[2]])
    return new_label_set(labels, workflow.check_labels(dataset, labels), "week 29", "")


def changed(new: NewLabelSet, kind: str, field: str, value: int) -> NewLabelSet:
    table = new.tables[kind].copy()
    table[field][0] = value
    return replace(new, tables={**new.tables, kind: table})


def test_what_this_machine_makes_is_accepted(dataset: Dataset) -> None:
    check_new_labels(dataset, valid(dataset))


@pytest.mark.parametrize(
    ("kind", "field", "value", "message"),
    [
        (Kind.LABEL, "row", 6, "rows of labels lie in 0 to 5, found 4 to 6"),
        (Kind.LABEL, "row", 0, "the rows of labels are those of their annotations"),
        (Kind.LABEL, "annotator", 0, "annotators of labels lie in -1 to -1"),
        (Kind.LABEL_BOX, "row", 2, "annotations of 'label-box' of labels lie in 0 to 1"),
        (Kind.LABEL_BOX, "label", 2, "classes of 'label-box'"),
        (Kind.LABEL_RUN, "label", -2, "classes of 'label-run'"),
        (Kind.LABEL_RUN, "length", 2, "a mask has not as many pixels as its sides say"),
        (Kind.LABEL_MASK, "stop", 9, "a mask has not as many pixels"),
    ],
)
def test_an_index_that_leads_nowhere_is_refused(
    dataset: Dataset, kind: str, field: str, value: int, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        check_new_labels(dataset, changed(valid(dataset), kind, field, value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tables": {}}, "at least one annotation"),
        ({"tables": {Kind.LABEL: np.zeros(2)}}, "at least one annotation"),
        ({"attributes": {"class_names": [1]}}, "come with the attributes class_names"),
    ],
)
def test_labels_without_annotations_or_classes_are_refused(
    dataset: Dataset, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        check_new_labels(dataset, replace(valid(dataset), **change))


def test_another_table_is_refused(dataset: Dataset) -> None:
    new = valid(dataset)
    with pytest.raises(InvalidInputError, match="'scores' of labels is float64"):
        check_new_labels(dataset, replace(new, tables={**new.tables, "scores": np.zeros(2)}))
