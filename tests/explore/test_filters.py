import numpy as np
import pyarrow as pa
import pytest

from al_core.explore.filters import (
    Filters,
    Objects,
    Range,
    all_of,
    class_mask,
    filename_mask,
    highest_first,
    predicted_classes,
    rows_mask,
    tag_mask,
)

NAN = np.nan
SCORES = np.array([0.0, 0.25, 0.5, 0.75, 1.0, NAN], np.float32)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Range(0.25, 0.75), [1, 2]),
        (Range(low=0.75), [3, 4]),
        (Range(high=0.25), [0]),
        (Range(), [0, 1, 2, 3, 4]),
        (Range(is_missing=True), [5]),
    ],
)
def test_a_range_has_its_low_end_and_not_its_high_end(wanted: Range, rows: list[int]) -> None:
    assert wanted.mask(SCORES).nonzero()[0].tolist() == rows


def test_an_open_end_holds_infinity() -> None:
    values = np.array([-np.inf, 0.0, np.inf, NAN])
    assert Range(low=0).mask(values).tolist() == [False, True, True, False]
    assert Range(high=0).mask(values).tolist() == [True, False, False, False]


def test_whole_numbers_are_never_missing() -> None:
    assert not Range(is_missing=True).mask(np.array([1, 2])).any()


def test_the_predicted_class_is_the_most_probable_and_the_first_of_equals() -> None:
    probabilities = np.array([[0.2, 0.8, 0.0], [0.4, 0.2, 0.4], [NAN, NAN, NAN]])
    assert predicted_classes(probabilities).tolist() == [1, 0, -1]


def test_samples_of_the_chosen_classes_pass_and_those_without_prediction_do_not() -> None:
    codes = np.array([0, 1, 2, -1, 1])
    assert class_mask(codes, [1, 2], 3).tolist() == [False, True, True, False, True]
    assert not class_mask(codes, [], 3).any()


def test_a_filename_is_found_in_upper_or_lower_case_and_its_signs_mean_themselves() -> None:
    names = pa.array(["Front/IMG_1.jpg", "rear/img_1.png", "x.*"], pa.large_string())
    assert filename_mask(names, "img_1").tolist() == [True, True, False]
    assert filename_mask(names, ".*").tolist() == [False, False, True]


def test_tags_are_joined() -> None:
    assert tag_mask([b"\x01\x00", b"\x81\x02"], 10).nonzero()[0].tolist() == [0, 7, 9]
    assert tag_mask([], 3).tolist() == [False, False, False]


def test_every_mask_has_to_agree_and_one_can_be_left_out() -> None:
    masks = {"score": rows_mask(np.array([0, 1]), 3), "map": rows_mask(np.array([1, 2]), 3)}
    assert all_of(masks, 3).tolist() == [False, True, False]
    assert all_of(masks, 3, except_for="map").tolist() == [True, True, False]
    assert all_of({}, 3).all()


def test_another_range_replaces_that_of_a_column() -> None:
    filters = Filters().with_range("a", Range(high=1)).with_range("b", Range(low=2)).with_range("a", Range(low=3))
    assert filters.ranges == {"b": Range(low=2), "a": Range(low=3)}
    assert filters.with_range("a", None).ranges == {"b": Range(low=2)}


def test_the_highest_come_first_and_the_missing_last() -> None:
    assert highest_first(np.array([0.5, NAN, 0.9, 0.5])).tolist() == [2, 0, 3, 1]
    assert highest_first(np.array([1, 3, 2], np.uint8)).tolist() == [1, 2, 0]


def test_objects_count_by_class_and_confidence() -> None:
    rows, labels = np.array([0, 0, 1, 3]), np.array([0, 1, 1, 1])
    scores = np.array([0.9, 0.8, 0.7, 0.2], np.float32)

    def passing(objects: Objects) -> list[int]:
        return np.flatnonzero(objects.mask(rows, labels, scores, ["cat", "dog"], 5)).tolist()

    assert passing(Objects()) == [0, 1, 3]
    assert passing(Objects(("dog",))) == [0, 1, 3]
    assert passing(Objects(("dog",), 0.7)) == [0, 1]
    assert passing(Objects(least_count=2)) == [0]
    assert passing(Objects(least_count=0, most_count=0)) == [2, 4]
    assert passing(Objects(("unicorn",))) == []


def test_a_range_compares_in_the_precision_of_the_values() -> None:
    values = np.array([0.1, 0.7, 0.9], np.float32)
    assert Range(0.7).mask(values).tolist() == [False, True, True]
    assert Range(0.1, 0.7).mask(values).tolist() == [True, False, False]
