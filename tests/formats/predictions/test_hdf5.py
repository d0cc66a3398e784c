from pathlib import Path

import h5py
import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import ReadingChoices, read_predictions, recognize

ROWS = np.array([[0.75, 0.25], [0.1, 0.9], [0.5, 0.5]])
NAMES = ["b.png", "ü 1.png", "day/a.png"]


def hdf5(folder: Path, **arrays: object) -> Path:
    with h5py.File(folder / "p.h5", "w") as file:
        for name, values in arrays.items():
            file[name] = values
    return folder / "p.h5"


@pytest.mark.parametrize("name", ["probabilities", "out/pred_probs", "arr_0"])
@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f8"])
def test_a_matrix_with_filenames_in_any_group_is_class_probabilities(tmp_path: Path, name: str, dtype: str) -> None:
    path = hdf5(tmp_path, **{name: ROWS.astype(dtype), "meta/image_paths": NAMES, "class_names": ["cat", "dog"]})
    assert recognize(path) == "hdf5"
    predictions = read_predictions(path)
    assert (predictions.filenames, predictions.class_names) == (NAMES, ["cat", "dog"])
    np.testing.assert_allclose(predictions.outputs, ROWS, atol=1e-3)


def test_probabilities_are_preferred_to_embeddings_beside_them(tmp_path: Path) -> None:
    path = hdf5(tmp_path, embeddings=np.zeros((3, 7)), probs=ROWS, filenames=NAMES)
    np.testing.assert_allclose(read_predictions(path).outputs, ROWS)


def test_logits_get_a_softmax_on_request(tmp_path: Path) -> None:
    path = hdf5(tmp_path, logits=np.log(ROWS) + 3, filenames=NAMES)
    np.testing.assert_allclose(read_predictions(path, ReadingChoices(softmax=True)).outputs, ROWS, atol=1e-6)


def test_a_vector_per_image_is_called_by_its_filename(tmp_path: Path) -> None:
    path = hdf5(tmp_path, **{"a.png": ROWS[0], "day/b.png": ROWS[1]})
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.png", "day/b.png"]
    np.testing.assert_allclose(predictions.outputs, ROWS[:2])


def test_boxes_have_a_filename_each(tmp_path: Path) -> None:
    boxes = [[0, 0, 0.5, 0.5], [0.25, 0.5, 1, 1]]
    path = hdf5(tmp_path, boxes=boxes, scores=[0.75, 0.5], labels=[1, 0], filenames=["b.png", "a.png"])
    predictions = read_predictions(path)
    assert (predictions.task, predictions.filenames) == ("object-detection", ["b.png", "a.png"])
    np.testing.assert_allclose([output.scores[0] for output in predictions.outputs], [0.75, 0.5])
    assert [output.labels.tolist() for output in predictions.outputs] == [[1], [0]]


def test_embeddings_are_sent_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="holds embeddings and no predictions; add it on the Datasets page"):
        read_predictions(hdf5(tmp_path, embeddings=np.zeros((3, 7)), filenames=NAMES))


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"a": ROWS, "b": ROWS}, "more than one matrix of floats"),
        ({"x": np.arange(6).reshape(3, 2)}, "holds no matrix of floats"),
        ({"boxes": np.zeros((3, 4)), "filenames": NAMES}, "without confidences these are labels"),
    ],
)
def test_what_is_no_prediction_is_refused_with_what_is_there(
    tmp_path: Path, arrays: dict[str, object], said: str
) -> None:
    with pytest.raises(FileFormatError, match=said):
        read_predictions(hdf5(tmp_path, **arrays))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = hdf5(tmp_path, probabilities=ROWS, filenames=NAMES)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(FileFormatError, match=r"p\.h5 is a damaged HDF5 file"):
        read_predictions(path)
