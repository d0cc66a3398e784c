import io
import json
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings, read_predictions


def in_zip(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")

    return make


def in_tar(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with tarfile.open(path, "w") as archive:
            for name in names:
                archive.addfile(tarfile.TarInfo(name), io.BytesIO())

    return make


def in_folder(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        for name in names:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(b"x")

    return make


def of_bytes(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a.pt": (in_zip("a/data.pkl", "a/byteorder", "a/data/0", "a/version"), "a PyTorch file"),
    "old.pth": (of_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M"), "a PyTorch file"),
    "a.pkl": (of_bytes(pickle.dumps({"a.png": np.zeros(3)})), "a Python pickle"),
    "frame.pkl": (of_bytes(b"\x80\x04\x95\x00\x8c\x11pandas.core.frame"), "a pickled pandas DataFrame"),
    "a.mat": (of_bytes(b"MATLAB 5.0 MAT-file Platform: posix" + bytes(90)), "a MATLAB file"),
    "new.mat": (of_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64"), r"a MATLAB 7\.3 file"),
    "a.lance": (in_folder("_versions/1.manifest", "data/1.lance"), "a Lance data set"),
    "shard.tar": (in_tar("0001.jpg", "0001.cls", "0002.jpg", "0002.cls"), "a WebDataset shard"),
    "a.zarr": (in_folder(".zarray", "0.0"), "a Zarr store"),
    "lmdb": (in_folder("data.mdb", "lock.mdb"), "an LMDB database"),
    "a.index": (of_bytes(b"IxFI" + bytes(40)), "a FAISS index"),
    "v1.feather": (of_bytes(b"FEA1" + bytes(40)), "a Feather file of version 1"),
    "a.xls": (of_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40)), "an old Excel file"),
    "a.db": (of_bytes(b"SQLite format 3\0" + bytes(40)), "an SQLite database"),
    "a.csv": (of_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "a pointer of Git LFS"),
    "a.json": (of_bytes(b"<!DOCTYPE html>\n<html>"), "a web page"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("read", [read_embeddings, read_predictions])
def test_a_file_of_another_library_is_named(tmp_path: Path, name: str, read: Callable[[Path], object]) -> None:
    make, kind = FILES[name]
    make(tmp_path / name)
    with pytest.raises(FileFormatError, match=f"^{name} is {kind}.*, which is not read; "):
        read(tmp_path / name)


def test_the_lines_that_convert_a_pickle_of_vectors_by_name_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = {"a.png": np.array([1.0, 2.0]), "b.png": np.array([3.0, 4.0])}
    (tmp_path / "emb.pkl").write_bytes(pickle.dumps(vectors))
    with pytest.raises(FileFormatError) as refusal:
        read_embeddings(tmp_path / "emb.pkl")
    code = "\n".join(line.strip() for line in str(refusal.value).splitlines() if line.startswith("    "))
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    table = read_embeddings(tmp_path / "emb.npz")
    assert table.filenames == ["a.png", "b.png"]
    assert table.embeddings.tolist() == [[1, 2], [3, 4]]


def test_a_model_is_not_what_it_predicts(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file["model_weights/dense/kernel:0"] = np.zeros((16, 3), np.float32)
    layer = {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}
    header = json.dumps({"conv.weight": layer, "conv.bias": layer | {"data_offsets": [4, 8]}}).encode()
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(8))
    (tmp_path / "train.tfrecord").write_bytes(bytes(16))
    for name, kind in (("model.h5", "a model of Keras"), ("model.safetensors", "a model in safetensors")):
        with pytest.raises(FileFormatError, match=f"^{name} is {kind} and not what it predicts, .* run it"):
            read_predictions(tmp_path / name)
    with pytest.raises(FileFormatError, match=r"^train\.tfrecord is a TFRecord file, which is not read; write a table"):
        read_predictions(tmp_path / "train.tfrecord")
