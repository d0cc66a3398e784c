from pathlib import Path

import numpy as np

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
