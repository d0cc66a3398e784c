from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats import join_report, read_predictions

MAPS = np.zeros((3, 4, 5, 2), np.float32)
MAPS[..., 0] = np.arange(3)[:, None, None] / 4
MAPS[..., 1] = 1 - MAPS[..., 0]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "stored", [MAPS, MAPS.transpose(0, 3, 1, 2).copy(), MAPS.astype("<f2"), (MAPS * 255).astype(np.uint8)]
)
def test_an_array_of_all_maps_is_read_one_image_at_a_time(
    tmp_path: Path, save: Callable[..., None], stored: NDArray[Any]
) -> None:
    save(tmp_path / "a.npz", maps=stored, filenames=np.array(["a", "b", "c"]), class_names=np.array(["sky", "road"]))
    np.save(tmp_path / "a.npy", stored)
    named, bare = read_predictions(tmp_path / "a.npz"), read_predictions(tmp_path / "a.npy")
    assert (named.filenames, named.class_names) == (["a", "b", "c"], ["sky", "road"])
    assert (bare.filenames, bare.class_names) == (None, ["class_0", "class_1"])
    for found in (named, bare):
        assert found.task == "semantic-segmentation"
        for image in (2, 0, 1):
            np.testing.assert_allclose(found.outputs[image], MAPS[image], atol=0.005)


def test_images_without_names_are_in_the_order_of_the_query_set(tmp_path: Path) -> None:
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
def test_an_array_that_does_not_fit_is_refused(tmp_path: Path, named: Any, message: str) -> None:
    np.savez(tmp_path / "a.npz", **named)
    with pytest.raises(FileFormatError, match=rf"a\.npz.*{message}"):
        read_predictions(tmp_path / "a.npz")


def test_one_map_of_classes_first_is_no_pass_of_a_model(tmp_path: Path) -> None:
    classes_last = np.random.default_rng(0).dirichlet(np.ones(3), (6, 8)).astype(np.float32)
    np.save(tmp_path / "a.npy", classes_last.transpose(2, 0, 1))
    predictions = read_predictions(tmp_path / "a.npy")
    assert (predictions.task, predictions.filenames) == ("semantic-segmentation", ["a.npy"])
    np.testing.assert_allclose(predictions.outputs[0], classes_last)
