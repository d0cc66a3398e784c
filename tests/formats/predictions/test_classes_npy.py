from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions


def test_npy_takes_the_filenames_of_the_query_set(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([[0.25, 0.75], [1, 0]]))
    predictions = read_predictions(tmp_path / "p.npy", filenames=["x", "y"])
    assert predictions.filenames == ["x", "y"]
    assert predictions.class_names == ["class_0", "class_1"]
    assert read_predictions(tmp_path / "p.npy", class_names=["cat", "dog"]).class_names == ["cat", "dog"]


def test_npz_carries_filenames_and_class_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", pred_probs=np.eye(2), filenames=np.array(["a", "b"]), class_names=np.array(["c", "d"]))
    predictions = read_predictions(tmp_path / "p.npz")
    assert (predictions.filenames, predictions.class_names) == (["a", "b"], ["c", "d"])


@pytest.mark.parametrize("key", ["image_paths", "paths", "names", "Image Path", "my_own_key"])
def test_npz_names_its_rows_under_any_key(tmp_path: Path, key: str) -> None:
    names: dict[str, Any] = {key: np.array(["c", "a", "b"])}
    np.savez(tmp_path / "p.npz", probs=np.eye(3), labels=np.array(["x", "y", "z"]), **names)
    predictions = read_predictions(tmp_path / "p.npz")
    assert predictions.filenames == ["c", "a", "b"]
    assert predictions.class_names == ["x", "y", "z"]


def test_two_lists_of_texts_of_which_either_could_be_the_filenames_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", probs=np.eye(2), one=np.array(["a", "b"]), two=np.array(["c", "d"]))
    with pytest.raises(FileFormatError, match=r"holds 2 lists of 2 texts, 'one', 'two'; name the one"):
        read_predictions(tmp_path / "p.npz")


def test_filenames_of_another_length_are_refused_and_not_left_out(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", probs=np.eye(2), filenames=np.array(["a", "b", "c"]))
    with pytest.raises(FileFormatError, match=r"array 'filenames': expected one text per row, found <U1"):
        read_predictions(tmp_path / "p.npz")


def test_probabilities_are_told_from_embeddings_by_their_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", embeddings=np.ones((2, 5)), probs=np.eye(2), filenames=np.array(["a", "b"]))
    assert read_predictions(tmp_path / "p.npz").outputs.tolist() == [[1, 0], [0, 1]]


def test_one_number_per_sample_is_the_probability_of_the_second_class(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([0.25, 1]))
    assert read_predictions(tmp_path / "p.npy").outputs.tolist() == [[0.25], [1]]


@pytest.mark.parametrize("axis", [0, 1])
def test_passes_with_dropout_are_averaged_and_said_to_be(tmp_path: Path, axis: int) -> None:
    passes = np.array([[[1, 0], [0.5, 0.5], [0, 1]], [[0.5, 0.5], [0.5, 0.5], [0, 1]]])
    np.save(tmp_path / "p.npy", passes if axis == 0 else passes.swapaxes(0, 1))
    predictions = read_predictions(tmp_path / "p.npy")
    assert predictions.outputs.tolist() == [[0.75, 0.25], [0.5, 0.5], [0, 1]]
    said = f"The probabilities are the mean of 2 passes: axis {axis} of the array."
    assert [finding.sentence() for finding in predictions.findings] == [said]


def test_class_numbers_and_the_map_of_one_image_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([1, 0]))
    with pytest.raises(FileFormatError, match="one whole number per sample, as class numbers are"):
        read_predictions(tmp_path / "p.npy")
    np.save(tmp_path / "p.npy", np.ones((300, 400, 3), np.float32))
    with pytest.raises(FileFormatError, match=r"neither \(passes, samples, classes\)"):
        read_predictions(tmp_path / "p.npy")


def test_a_label_map_is_named_and_not_to_be_cast_to_floats(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((6, 8), np.int64))
    with pytest.raises(FileFormatError, match="a class for each pixel says nothing about how sure the model is"):
        read_predictions(tmp_path / "a.npy")


def test_predicted_classes_beside_the_probabilities_are_not_read_in_their_place(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    probabilities = np.array([[0.75, 0.25], [0.5, 0.5]])
    np.savez(path, y_pred=np.array([0, 1]), y_true=np.array([0, 0]), y_prob=probabilities, paths=np.array(["a", "b"]))
    assert read_predictions(path).outputs.tolist() == probabilities.tolist()


@pytest.mark.parametrize("arrays", [{"pred": [0, 2, 1]}, {"ids": ["a", "b", "c"], "pred": [0, 2, 1]}])
def test_an_archive_of_class_numbers_is_named(tmp_path: Path, arrays: dict[str, list[Any]]) -> None:
    columns: dict[str, Any] = {name: np.array(cells) for name, cells in arrays.items()}
    np.savez(tmp_path / "p.npz", **columns)
    with pytest.raises(
        FileFormatError, match="one whole number per image, as class numbers are, and holds no predictions"
    ):
        read_predictions(tmp_path / "p.npz")
