"""Embeddings from files in a shell, on this machine and on a server."""

from pathlib import Path

import numpy as np
import pytest

from al_core.commands.main import main
from al_core.store import Kind, Workspace
from tests.commands.conftest import NAMES, Shell


def test_an_embedding_is_stored_once_in_the_order_of_the_dataset(
    images: Shell, workspace: Workspace, tmp_path: Path
) -> None:
    embeddings = np.arange(12, dtype=np.float32).reshape(6, 2)
    file = tmp_path / "embeddings.npz"
    np.savez(file, filenames=np.array(NAMES[::-1]), embeddings=embeddings[::-1])
    add = ("embeddings", "add", str(file), "--dataset", "animals", "--name", "dino")
    assert not images(*add, "--dry-run")["changed"]
    first = images(*add)
    assert first == {"embedding": "dino", "samples": 6, "columns": 2, "changed": True}
    assert images(*add) == first | {"changed": False}
    arrays = workspace.dataset("animals").arrays
    np.testing.assert_array_equal(arrays.read(arrays.get(Kind.EMBEDDING, "dino")), embeddings)
    np.savez(file, filenames=np.array(NAMES), embeddings=embeddings[::-1])
    assert "already has an embedding 'dino'; choose another name" in images(*add, code=1)["message"]


def test_rows_without_names_need_a_list_of_filenames(images: Shell, tmp_path: Path) -> None:
    file = tmp_path / "embeddings.npy"
    np.save(file, np.eye(6, dtype=np.float32))
    add = ("embeddings", "add", str(file), "--dataset", "animals")
    assert "give the list of filenames with --filenames" in images(*add, code=1)["message"]
    names = tmp_path / "names.txt"
    names.write_text("\n".join(NAMES))
    assert images(*add, "--filenames", str(names))["changed"]
    names.write_text("\n".join([*NAMES[1:], "x.png"]))
    error = images(*add, "--filenames", str(names), "--name", "other", "--dry-run", code=1)
    assert "Unknown to the dataset: x.png. Without an embedding: 0.png." in error["message"]


def test_answers_are_sentences(workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    workspace.create_dataset("animals", NAMES)
    file = tmp_path / "embeddings.npz"
    np.savez(file, filenames=np.array(NAMES), embeddings=np.eye(6, dtype=np.float32))
    assert main(["embeddings", "add", str(file), "--dataset", "animals", "--workspace", str(workspace.home)]) == 0
    assert capsys.readouterr().out == "Embedding 'default' has 6 columns for 6 samples.\n"


def test_rows_with_longer_paths_or_stems_meet_the_samples_as_those_of_predictions_do(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    dataset = workspace.create_dataset("animals", NAMES)
    embeddings = np.arange(12, dtype=np.float32).reshape(6, 2)
    names = [f"/data/x/{name}" for name in NAMES[:3]] + [name.removesuffix(".png") for name in NAMES[3:]]
    file = tmp_path / "embeddings.npz"
    np.savez(file, filenames=np.array(names[::-1]), embeddings=embeddings[::-1])
    add = ["embeddings", "add", str(file), "--dataset", "animals", "--workspace", str(workspace.home)]
    assert main(add) == 0
    assert "6 rows matched by a part of the path or the stem, not by the whole name." in capsys.readouterr().out
    np.testing.assert_array_equal(dataset.arrays.read(dataset.arrays.get(Kind.EMBEDDING, "default")), embeddings)
    np.savez(file, filenames=np.array([NAMES[1], *names[1:]]), embeddings=embeddings)
    assert main([*add, "--name", "other"]) == 1
    assert "Without an embedding: 0.png." in capsys.readouterr().err
