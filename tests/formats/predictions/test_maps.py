import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, ReadingChoices, join_report, read_predictions
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
    np.savez(tmp_path / "maps.npz", a=MAP, b=MAP, c=MAP, d=MAP[0].argmax(axis=-1))
    predictions = read_predictions(tmp_path / "maps.npz", format="maps")
    with pytest.raises(
        FileFormatError, match=r"maps\.npz/d\.npy: expected H × W × C floats.* found int64 of shape \(4,\)"
    ):
        scores(predictions)


def folder(tmp_path: Path, values: NDArray[Any]) -> Path:
    (tmp_path / "maps").mkdir()
    np.save(tmp_path / "maps" / "a.npy", values)
    return tmp_path / "maps"


def whats(predictions: Predictions) -> list[str]:
    return [finding.what for finding in predictions.findings]


LOGITS = np.log(MAP / (1 - MAP))


def test_logits_are_refused_until_somebody_says_what_to_do_with_them(tmp_path: Path) -> None:
    path = folder(tmp_path, LOGITS.transpose(2, 0, 1))
    predictions = read_predictions(path)
    report = join_report(["a.png"], predictions)
    assert "logits" in whats(predictions)
    assert not report.usable
    assert "they leave 0 to 1, and pixels do not sum to 1: say what they are: apply a softmax" in " ".join(
        report.sentences()
    )
    # The logits of a pixel are log 3 and -log 3: their softmax is 9 to 1.
    softened = read_predictions(path, ReadingChoices(softmax=True))
    np.testing.assert_allclose(softened.outputs[0], np.broadcast_to([0.9, 0.1], (3, 4, 2)), rtol=1e-6)
    assert join_report(["a.png"], softened).usable
    plain = read_predictions(path, ReadingChoices(softmax=False))
    np.testing.assert_array_equal(plain.outputs[0], LOGITS)


def test_many_classes_are_told_from_few_rows_by_what_differs(tmp_path: Path) -> None:
    logits = np.random.default_rng(0).normal(size=(40, 1, 1)) * np.ones((40, 8, 9))
    assert read_predictions(folder(tmp_path, logits)).outputs[0].shape == (8, 9, 40)


@pytest.mark.parametrize("values", [MAP[:, :, 0], MAP[:, :, :1], MAP[np.newaxis, :, :, 0]])
def test_one_value_per_pixel_is_the_probability_of_the_foreground(tmp_path: Path, values: NDArray[Any]) -> None:
    predictions = read_predictions(folder(tmp_path, values))
    np.testing.assert_array_equal(predictions.outputs[0], MAP[:, :, :1])
    np.testing.assert_allclose(scores(predictions)["uncertainty_least_confidence"], [0.5])


def test_a_batch_of_one_image_is_one_map(tmp_path: Path) -> None:
    predictions = read_predictions(folder(tmp_path, MAP.transpose(2, 0, 1)[np.newaxis]))
    np.testing.assert_array_equal(predictions.outputs[0], MAP)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_a_class_for_each_pixel_is_refused_with_what_to_save(tmp_path: Path, dtype: type) -> None:
    path = folder(tmp_path, np.ones((3, 4), dtype))
    with pytest.raises(
        FileFormatError, match=r"^maps/a\.npy holds whole numbers of shape \(3, 4\): a class for each pixel"
    ):
        read_predictions(path)


def test_pictures_are_taken_for_label_maps_and_refused(tmp_path: Path) -> None:
    (tmp_path / "pred").mkdir()
    (tmp_path / "pred" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(
        FileFormatError, match=r"^pred holds pictures such as 'a\.png'\. If they are label maps: a class"
    ):
        read_predictions(tmp_path / "pred")
