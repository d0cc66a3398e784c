import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, join_report, read_predictions
from al_core.scorers import SCORERS

MAPS = np.zeros((3, 4, 5, 2), np.float32)
MAPS[..., 0] = np.arange(3)[:, None, None] / 4
MAPS[..., 1] = 1 - MAPS[..., 0]


def test_maps_have_slices_and_negative_positions(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", MAPS)
    found: Predictions = read_predictions(tmp_path / "a.npy")
    assert len(found.outputs[1:]) == 2
    np.testing.assert_array_equal(found.outputs[-1], MAPS[2])


def scores(predictions: Predictions) -> dict[str, NDArray[np.floating]]:
    return SCORERS[predictions.task](predictions.take(np.arange(len(predictions)))).calculate_scores()


MAP = np.zeros((3, 4, 2))
MAP[...] = (0.75, 0.25)


@pytest.mark.parametrize(
    ("values", "layout"),
    [
        (MAP, "H × W × C"),
        (MAP.transpose(2, 0, 1), "C × H × W"),
        (MAP.astype(np.float16), "H × W × C"),
        (np.rint(MAP * 255).astype(np.uint8), "H × W × C"),
        (np.rint(MAP * 65535).astype(np.uint16).transpose(2, 0, 1), "C × H × W"),
    ],
)
def test_the_layout_of_a_map_is_found_by_what_sums_to_1(tmp_path: Path, values: NDArray[Any], layout: str) -> None:
    arrays: dict[str, Any] = {"a.png": values}
    np.savez_compressed(tmp_path / "maps.npz", **arrays)
    predictions = read_predictions(tmp_path / "maps.npz")
    assert predictions.task == "semantic-segmentation"
    assert predictions.filenames == ["a.png"]
    assert predictions.outputs[0].shape == (3, 4, 2)
    np.testing.assert_allclose(predictions.outputs[0], MAP, atol=0.002)
    assert f"Maps are read as {layout}: the values along C sum to 1." in join_report(["a.png"], predictions).sentences()


def test_maps_in_a_folder_and_a_tar_are_matched_by_stem(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    np.save(tmp_path / "maps" / "a.npy", MAP)
    with tarfile.open(tmp_path / "maps.tar", "w") as archive:
        archive.add(tmp_path / "maps", "maps")
    for path in (tmp_path / "maps", tmp_path / "maps.tar"):
        assert join_report(["a.png"], read_predictions(path)).matched == 1


def test_a_map_with_fewer_dimensions_is_named_when_it_is_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "maps.npz", a=MAP, b=MAP[0].argmax(axis=-1), c=MAP)
    predictions = read_predictions(tmp_path / "maps.npz", format="maps")
    with pytest.raises(
        FileFormatError, match=r"maps\.npz/b\.npy: expected H × W × C floats.* found int64 of shape \(4,\)"
    ):
        scores(predictions)
