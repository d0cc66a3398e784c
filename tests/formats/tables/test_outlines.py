import pytest

from al_core.formats.tables.outlines import kind_of_outlines, says_where


@pytest.mark.parametrize(
    "name", ["rle_mask", "EncodedPixels", "segmentation", "bbox_corners", "Bounding Box", "geometry"]
)
def test_a_name_says_where_an_object_is(name: str) -> None:
    assert says_where(name)


@pytest.mark.parametrize("name", ["label", "n_boxes", "has_mask", "box", "article", "x1"])
def test_a_name_says_something_else(name: str) -> None:
    assert not says_where(name)


@pytest.mark.parametrize("cell", ["16 0", "0 5 6 9", "2024 1 12 30", "cat dog", "1500"])
def test_numbers_of_classes_and_dates_are_no_run_lengths(cell: str) -> None:
    assert kind_of_outlines("target", [cell] * 3) is None


def test_run_lengths_are_told_by_their_order() -> None:
    assert kind_of_outlines("annotation", ["118145 6 118849 7"]) == "run lengths of masks"
    assert kind_of_outlines("annotation", ["118145 6 118149 7"]) is None
