from dataclasses import replace

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions.stored_tables import BOX
from al_core.steps.tasks import PredictionAttributes
from al_core.steps.tasks.detection import Detection
from al_core.steps.tasks.task import MAX_SHAPES, Box

TASK = Detection()
ATTRIBUTES = PredictionAttributes("object-detection", ("cat", "dog"))


def boxes(*rows: int, label: int = 0) -> np.ndarray:
    return np.array([(row, 0, 0, 0.5, 1, 1, label, 0.25) for row in rows], BOX)


def test_a_card_draws_the_boxes_of_its_sample() -> None:
    annotations = TASK.annotations("model", boxes(0, 2, label=1), ATTRIBUTES)
    assert TASK.describe(annotations, 2, lambda: None).boxes == (Box(0, 0, 0.5, 1, "dog", 0.25),)
    assert TASK.describe(annotations, 1, lambda: None).boxes == ()


def test_boxes_of_an_earlier_version_that_reach_the_edge_exactly_have_no_place() -> None:
    table = np.array([(0, 0.5, 0, 1, 0.5, 1, 0, 0.5), (0, 0, 0, 0.5, 1, 1, 0, 0.5), (1, 0, 0, 1, 0.9, 1, 0, 0.5)], BOX)
    earlier = TASK.annotations("model", table, ATTRIBUTES)
    assert [box.x0 for box in earlier.boxes_of(1)] == [0]
    assert np.isnan([box.x0 for box in earlier.boxes_of(0)]).all()
    assert TASK.describe(earlier, 0, lambda: None).boxes == ()
    assert not TASK.annotations("model", table, replace(ATTRIBUTES, version=2)).has_unknown_places


def test_a_card_draws_only_so_many() -> None:
    annotations = TASK.annotations("model", boxes(*[0] * (MAX_SHAPES + 1)), ATTRIBUTES)
    assert len(TASK.describe(annotations, 0, lambda: None).boxes) == MAX_SHAPES


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros(3), "send a table of"),
        (boxes(1, 0), "not ascending from 0 to 2"),
        (boxes(3), "not ascending from 0 to 2"),
        (boxes(0, label=2), "labels outside 0 to 1"),
    ],
)
def test_a_client_sends_boxes_by_ascending_row_with_named_labels(array: np.ndarray, problem: str) -> None:
    TASK.check("model", boxes(0, 2), ATTRIBUTES, 3)
    with pytest.raises(InvalidInputError, match=problem):
        TASK.check("model", array, ATTRIBUTES, 3)
