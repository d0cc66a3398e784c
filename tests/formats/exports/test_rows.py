from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.formats import WRITERS, ExportChoices, ExportRows
from tests.formats.exports.samples import BOXES, CLASSES


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="1 scores for 2 filenames; give one per filename"):
        ExportRows(["a", "b"], scores=np.ones(1))


def test_a_missing_image_is_named(rows: ExportRows, tmp_path: Path) -> None:
    (tmp_path / "a b.png").unlink()
    with pytest.raises(MissingInputError, match=r"1 of 3 images are not in the images folder, the first is 'a b.png'"):
        WRITERS["coco"].write(rows)


def test_proposals_are_at_least_a_quarter_sure_and_predictions_are_all_there(rows: ExportRows) -> None:
    assert BOXES.boxes is not None
    boxes = BOXES.boxes.copy()
    boxes["score"] = 0.2, 0.25, 0.7
    unsure = replace(rows, annotations=replace(BOXES, boxes=boxes))
    assert [len(unsure.proposals().boxes_of(position)) for position in range(3)] == [0, 2, 0]
    assert [len(unsure.predictions().boxes_of(position)) for position in range(3)] == [1, 2, 0]
    # 0.7 as it is stored, in 32 bits, is 0.69999999.
    chosen = replace(unsure, choices=ExportChoices(min_confidence=0.7))
    assert [len(chosen.proposals().boxes_of(position)) for position in range(3)] == [0, 1, 0]
    assert [len(chosen.predictions().boxes_of(position)) for position in range(3)] == [0, 1, 0]


def test_a_class_that_is_not_sure_enough_is_not_proposed() -> None:
    rows = ExportRows(["a", "b", "c"], annotations=CLASSES, choices=ExportChoices(min_confidence=0.8))
    assert [rows.proposals().classes_of(position) for position in range(3)] == [[], [("cat", 1.0)], []]


def test_labelers_choose_among_the_chosen_classes_and_those_of_the_model() -> None:
    rows = ExportRows([], annotations=CLASSES, choices=ExportChoices(["dog", "bird"], task="object-detection"))
    assert rows.class_names == ["dog", "bird", "cat"]
    assert rows.task == "classification"
    assert replace(rows, annotations=None).class_names == ["dog", "bird"]
    assert replace(rows, annotations=None).task == "object-detection"
