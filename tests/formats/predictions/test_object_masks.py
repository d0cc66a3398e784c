import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco_mask

from al_core.formats.predictions.object_masks import (
    MaskFile,
    ObjectMask,
    ObjectMasks,
    class_masks,
    runs_of,
)
from al_core.formats.predictions.run_lengths import packed_run_lengths
from al_core.types import Rows

SQUARE = np.array([[0, 1, 1], [0, 1, 1]], np.bool_)


def mask_of(pixels: np.ndarray, label: int = 0, score: float = 0.5) -> ObjectMask:
    height, width = pixels.shape
    return ObjectMask(label, score, height, width, packed_run_lengths(runs_of(pixels)))


def stored(masks: dict[int, list[ObjectMask]], rows: Rows) -> ObjectMasks:
    file = MaskFile()
    for position, of_sample in masks.items():
        file.add(position, of_sample)
    return ObjectMasks.of_bytes(file.content(rows))


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.booleans()))
def test_run_lengths_are_packed_as_pycocotools_packs_them(pixels: np.ndarray) -> None:
    packed = mask_of(pixels).counts
    expected = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"].decode()
    assert packed == expected
    np.testing.assert_array_equal(mask_of(pixels).pixels(), pixels)


def test_runs_longer_than_a_digit_are_packed() -> None:
    rng = np.random.default_rng(0)
    pixels = np.zeros((700, 900), np.bool_)
    pixels[100:650, 3:890] = True
    pixels[rng.integers(700, size=50), rng.integers(900, size=50)] = True
    np.testing.assert_array_equal(mask_of(pixels).pixels(), pixels)


def test_each_class_of_a_map_has_its_pixels_and_their_mean_probability() -> None:
    cat, dog = [0.0, 0.75, 0.25], [0.25, 0.25, 0.5]
    nothing = [1.0, 0.0, 0.0]
    masks = class_masks(np.array([[cat, dog, dog], [nothing, dog, cat]]), ["Background", "cat", "dog"])
    assert [(mask.label, mask.score, mask.height, mask.width) for mask in masks] == [(1, 0.75, 2, 3), (2, 0.5, 2, 3)]
    assert masks[0].pixels().astype(int).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert masks[1].pixels().astype(int).tolist() == [[0, 1, 1], [0, 1, 0]]


def test_a_mask_over_an_image_of_another_size_takes_the_nearest_pixels() -> None:
    mask = mask_of(SQUARE)
    assert mask.scaled(3, 2) is mask
    assert mask.scaled(6, 4).pixels().astype(int).tolist() == [[0, 0, 1, 1, 1, 1]] * 4
    assert mask.scaled(6, 4).scaled(3, 2).pixels().tolist() == SQUARE.tolist()


def test_stored_masks_come_back_by_row() -> None:
    masks = {0: [mask_of(SQUARE, 3, 0.25), mask_of(~SQUARE, 1, 0.75)], 1: [], 2: [mask_of(SQUARE[:1], 2, 0.5)]}
    read = stored(masks, np.array([7, 5, 2]))
    assert read.table["row"].tolist() == [2, 7, 7]
    assert read.of(7) == masks[0]
    assert read.of(2) == masks[2]
    assert read.of(5) == []
    assert [mask.label for mask in read.confident(np.float32(0.5)).of(7)] == [1]


def test_no_masks_are_stored_as_none() -> None:
    assert stored({}, np.empty(0, np.int64)).of(0) == []


def test_stored_masks_that_were_cut_off_are_refused() -> None:
    file = MaskFile()
    file.add(0, [mask_of(SQUARE)])
    content = np.array(file.content(np.array([0])))
    with pytest.raises(ValueError, match="size"):
        ObjectMasks.of_bytes(content[-9:])
