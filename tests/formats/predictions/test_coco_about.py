from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.coco_about import categories_of, images_of
from al_core.formats.predictions.coco_table import Ids


def column(*values: int | str) -> Ids:
    different = list(dict.fromkeys(values))
    return Ids(different, np.array([different.index(value) for value in values]))


def about(*names: str, first: int = 0) -> dict[str, Any]:
    return {"images": [{"id": first + number, "file_name": name} for number, name in enumerate(names)]}


def categories(*ids: int) -> dict[str, Any]:
    return {"categories": [{"id": number, "name": f"name {number}"} for number in ids]}


def named(keys: Ids, listed: dict[str, Any]) -> list[str | None]:
    found = categories_of("p", keys, {}, listed)
    return [found.names[position] if position >= 0 else None for position in found.of_entry.tolist()]


def test_an_image_is_called_by_its_id_name_or_stem() -> None:
    listed = about("x/a.jpg", "b.jpg", first=7)
    for keys in (column(8, 7), column("b.jpg", "x/a.jpg"), column("b", "a")):
        images = images_of("p", keys, None, listed)
        assert images.filenames == ["x/a.jpg", "b.jpg"]
        assert images.of_entry.tolist() == [1, 0]


def test_an_id_made_of_a_name_is_not_taken_for_that_of_another_image() -> None:
    listed = about("a.jpg", "b.jpg", "x/2.jpg", "1.jpg", "y/1.jpg")
    images = images_of("p", column(1, "a", 2), column("1.jpg", "a.jpg", "2.jpg"), listed)
    assert [images.filenames[position] for position in images.of_entry.tolist()] == ["1.jpg", "a.jpg", "x/2.jpg"]


def test_a_name_that_fits_two_images_stays_a_name() -> None:
    images = images_of("p", column(1, "b"), column("1.jpg", "b.jpg"), about("x/1.jpg", "y/1.jpg", "b.jpg", "c.jpg"))
    assert [images.filenames[position] for position in images.of_entry.tolist()] == ["1.jpg", "b.jpg"]
    # Neither x/1.jpg nor y/1.jpg is an image without results.
    assert images.filenames == ["b.jpg", "c.jpg", "1.jpg"]


def test_an_image_that_is_not_listed_is_refused() -> None:
    with pytest.raises(FileFormatError, match="p: image_id 3 is not among the images; give the file that lists it"):
        images_of("p", column(3), None, about("a.jpg"))


def test_without_a_list_the_entries_name_the_images_and_numbers_alone_are_no_names() -> None:
    alone = images_of("p", column(1, 2), None, None)
    assert (alone.filenames, alone.are_ids) == (["1", "2"], True)
    by_name = images_of("p", column(1, 2), column("a.jpg", "b.jpg"), None)
    assert (by_name.filenames, by_name.are_ids) == (["a.jpg", "b.jpg"], False)
    # Ultralytics makes numbers of stems that are digits.
    assert not images_of("p", column(42, "a"), None, None).are_ids


def test_sizes_may_be_texts_and_an_id_of_two_images_is_said() -> None:
    listed = {
        "images": [
            {"id": 1, "file_name": "a.jpg", "width": "64", "height": "32"},
            {"id": 1, "file_name": "b.jpg", "width": 0, "height": True},
            {"id": 2, "file_name": "c.jpg", "width": 8, "height": 4.0},
        ]
    }
    images = images_of("p", column(2, 1), None, listed)
    assert images.filenames == ["b.jpg", "c.jpg"]
    np.testing.assert_array_equal(images.sizes, [[np.nan, np.nan], [8, 4]])
    assert [(finding.what, finding.names) for finding in images.findings] == [("image-id-repeated", ("a.jpg",))]


@pytest.mark.parametrize(
    ("keys", "listed", "names"),
    [
        (column(2, 3), categories(1, 2, 3), ["name 2", "name 3"]),
        (column(0, 2), categories(1, 2, 3), ["name 1", "name 3"]),
        (column(1, 3), categories(0, 1, 2), ["name 0", "name 2"]),
        (column(0, 1, 2), categories(1, 5, 90), ["name 1", "name 5", "name 90"]),
        (column("name 5", "name 1"), categories(1, 5), ["name 5", "name 1"]),
        (column(1, 9), categories(1, 5), ["name 1", None]),
    ],
    ids=["by id", "from 0", "from 1", "dense", "by name", "unknown"],
)
def test_categories_are_recognized_however_results_call_them(
    keys: Ids, listed: dict[str, Any], names: list[str | None]
) -> None:
    assert named(keys, listed) == names


def test_what_had_to_be_understood_about_categories_is_said() -> None:
    shifted = categories_of("p", column(0, 1), {}, categories(1, 2))
    assert [finding.sentence() for finding in shifted.findings] == [
        "Category ids count the categories of the annotation file from 0: its own ids begin with 1."
    ]
    assert categories_of("p", column(1, 2), {}, categories(1, 2)).findings == ()


def test_entries_may_name_their_categories_themselves() -> None:
    assert categories_of("p", column(2, 0), {0: "cat", 2: "dog"}, None).names == ["cat", "dog"]
    assert categories_of("p", column(2, 0), {}, None).names == ["class_0", "class_2"]


def test_two_categories_with_the_same_id_are_refused_and_one_that_is_listed_twice_is_not() -> None:
    listed = categories(1, 2)
    assert named(column(2, 1), {"categories": listed["categories"] * 2}) == ["name 2", "name 1"]
    doubled = {"categories": [*listed["categories"], {"id": 2, "name": "dog"}]}
    with pytest.raises(
        FileFormatError, match=r"p, categories\[2\]: 'dog' and 'name 2' have the same id 2; give each its own"
    ):
        categories_of("p", column(2, 1), {}, doubled)
