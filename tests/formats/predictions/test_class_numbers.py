import numpy as np
import pytest

from al_core.formats.predictions.class_numbers import class_positions

NAMES = ["cat", "dog", "cow"]


@pytest.mark.parametrize(
    ("classes", "first_class", "positions"),
    [
        (["class_1", "class_2"], 0, [1, 2]),
        (["class_1", "class_2"], 1, [0, 1]),
        (["class_0", "class_2"], 1, [0, 2]),
        (["class_1", "class_3"], 0, [0, 2]),
        (["cow", "cat"], 1, [2, 0]),
    ],
    ids=["from 0", "from 1", "0 occurs", "one too many", "by name"],
)
def test_numbers_count_the_names_as_they_say_or_as_the_format_does(
    classes: list[str], first_class: int, positions: list[int]
) -> None:
    understood = class_positions(classes, NAMES, first_class)
    assert understood is not None
    assert understood[0].tolist() == positions


def test_coco_skips_ten_of_its_90_numbers() -> None:
    names = [f"name {number}" for number in range(80)]
    understood = class_positions(["class_1", "class_13", "class_90"], names, 1)
    assert understood is not None
    np.testing.assert_array_equal(understood[0], [0, 11, 79])


@pytest.mark.parametrize("classes", [["class_7"], ["horse"], ["class_0", "horse"], ["class_0", "class_3"]])
def test_classes_that_are_no_names_are_not_guessed(classes: list[str]) -> None:
    assert class_positions(classes, NAMES, 0) is None
