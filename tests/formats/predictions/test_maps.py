"""Masks as run lengths, and arrays of four dimensions."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco_mask

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, join_report, read_predictions
from al_core.formats.predictions.run_lengths import unpacked_run_lengths

LEFT = [0, 4, 4]  # the left half of 2 × 4 pixels, column by column
RIGHT = [4, 4]


def results(tmp_path: Path, *entries: dict[str, object]) -> Path:
    full = [{"image_id": "a.png", "category_id": 1, "score": 0.5} | entry for entry in entries]
    (tmp_path / "masks.json").write_text(json.dumps(full))
    return tmp_path / "masks.json"


def mask(counts: object, size: object = (2, 4)) -> dict[str, object]:
    return {"segmentation": {"size": size, "counts": counts}}


@settings(deadline=None)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 1)))
def test_packed_run_lengths_are_those_of_pycocotools(pixels):
    packed = coco_mask.encode(np.asfortranarray(pixels))["counts"].decode()
    runs = unpacked_run_lengths("a mask", packed)
    np.testing.assert_array_equal(np.repeat(np.arange(len(runs)) % 2, runs), pixels.ravel(order="F"))


def test_the_masks_of_an_image_give_their_pixels_class_probabilities(tmp_path):
    left = mask(coco_mask.frPyObjects({"size": [2, 4], "counts": LEFT}, 2, 4)["counts"].decode())
    path = results(tmp_path, left, mask(RIGHT) | {"category_id": 7, "score": 0.75}, mask(LEFT) | {"image_id": "b.png"})
    predictions = read_predictions(path)
    assert (predictions.task, predictions.filenames) == ("semantic-segmentation", ["a.png", "b.png"])
    assert predictions.class_names == ["class_1", "class_7"]
    np.testing.assert_array_equal(predictions.outputs[0], [[[0.5, 0.5]] * 4 + [[0.25, 0.75]] * 4])
    assert predictions.outputs[1].shape == (1, 4, 2)
    assert "Masks give the pixels inside them their class" in " ".join(finding.text for finding in predictions.findings)


def test_where_masks_overlap_the_most_confident_one_counts(tmp_path):
    whole = mask([0, 8]) | {"category_id": 2}
    for most_confident_first in (True, False):
        entries = [mask(LEFT) | {"score": 0.75}, whole][:: 1 if most_confident_first else -1]
        predictions = read_predictions(results(tmp_path, *entries))
        np.testing.assert_array_equal(predictions.outputs[0], [[[0.75, 0.25]] * 4 + [[0.5, 0.5]] * 4])


def test_masks_of_unknown_categories_are_skipped_and_reported(tmp_path):
    about = {"images": [{"id": "a.png", "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}]}
    (tmp_path / "about.json").write_text(json.dumps(about))
    path = results(tmp_path, mask(LEFT), mask(RIGHT) | {"category_id": 9})
    predictions = read_predictions(path, images=tmp_path / "about.json")
    assert predictions.outputs[0].shape == (1, 4, 1)
    names = {finding.what: finding.names for finding in join_report(["a.png"], predictions).details}
    assert names["unknown-category"] == ("a.png",)


def test_boxes_count_where_an_entry_has_both_and_the_report_says_so(tmp_path):
    predictions = read_predictions(results(tmp_path, mask(LEFT) | {"bbox": [0, 0, 1, 2]}))
    assert predictions.task == "object-detection"
    assert "masks-not-read" in [finding.what for finding in predictions.findings]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"segmentation": [[0, 0, 1, 1, 2, 0]]}, "expected a 'segmentation' of 'size' and 'counts'; encode polygons"),
        (mask([4, 4], [2, -4]), "the mask has 8 pixels, the image 2 × -4"),
        (mask([4, 5]), "the mask has 9 pixels, the image 2 × 4"),
        (mask([4, -4]), "a list of run lengths from 0"),
        (mask(""), "the 'counts' of a mask are damaged"),
        (mask("\n"), "the 'counts' of a mask are damaged"),
        (mask("oooooooooo0"), "the 'counts' of a mask are damaged"),
        (mask("4o"), "the 'counts' of a mask are damaged"),
        (mask("ooooo?"), "damaged or add up to over 67,108,864 pixels"),
        (mask([10**12]), "1,000,000,000,000 pixels"),
    ],
)
def test_a_bad_mask_is_refused_with_its_entry(tmp_path, entry, message):
    predictions = read_predictions(results(tmp_path, mask(LEFT), entry))
    with pytest.raises(FileFormatError, match=rf"masks\.json, entry 1 counting from 0: .*{message}"):
        predictions.take(np.arange(1))


def test_a_mask_with_a_score_in_percent_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match=r"entry 1 counting from 0 has score 50; scores lie in 0 to 1"):
        read_predictions(results(tmp_path, mask(LEFT), mask(LEFT) | {"score": 50}))


MAPS = np.zeros((3, 4, 5, 2), np.float32)
MAPS[..., 0] = np.arange(3)[:, None, None] / 4
MAPS[..., 1] = 1 - MAPS[..., 0]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "stored", [MAPS, MAPS.transpose(0, 3, 1, 2).copy(), MAPS.astype("<f2"), (MAPS * 255).astype(np.uint8)]
)
def test_an_array_of_all_maps_is_read_one_image_at_a_time(tmp_path, save, stored):
    save(tmp_path / "a.npz", maps=stored, filenames=np.array(["a", "b", "c"]), class_names=np.array(["sky", "road"]))
    np.save(tmp_path / "a.npy", stored)
    named, bare = read_predictions(tmp_path / "a.npz"), read_predictions(tmp_path / "a.npy")
    assert (named.filenames, named.class_names) == (["a", "b", "c"], ["sky", "road"])
    assert (bare.filenames, bare.class_names) == (None, ["class_0", "class_1"])
    for found in (named, bare):
        assert found.task == "semantic-segmentation"
        for image in (2, 0, 1):
            np.testing.assert_allclose(found.outputs[image], MAPS[image], atol=0.005)


def test_images_without_names_are_in_the_order_of_the_query_set(tmp_path):
    np.save(tmp_path / "a.npy", MAPS)
    predictions = read_predictions(tmp_path / "a.npy", filenames=["c", "b", "a"])
    assert join_report(["a", "b", "c"], predictions).rows.tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"a": np.asfortranarray(MAPS)}, "'a.npy' is in Fortran order; save it with np.ascontiguousarray"),
        ({"a": MAPS, "b": MAPS}, "holds 2 arrays of four dimensions; save one, of all images"),
        ({"a": MAPS.astype(int)}, "array 'a': expected H × W × C floats, uint8 or uint16, found int64"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(tmp_path, named, message):
    np.savez(tmp_path / "a.npz", **named)
    with pytest.raises(FileFormatError, match=rf"a\.npz.*{message}"):
        read_predictions(tmp_path / "a.npz")


def test_maps_have_slices_and_negative_positions(tmp_path):
    np.save(tmp_path / "a.npy", MAPS)
    found: Predictions = read_predictions(tmp_path / "a.npy")
    assert len(found.outputs[1:]) == 2
    np.testing.assert_array_equal(found.outputs[-1], MAPS[2])
