"""Containers of other libraries: PyTorch, pickle, MATLAB, Lance and their like."""

import posixpath
import re
from pathlib import Path

from al_core.formats.files.foreign import ForeignKind, begins_with, lines_of_python
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.tree import tree_names

_TORCH_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The magic number of torch.save before version 1.6, pickled."""

_PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in (2, 3, 4, 5))
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHARD_PARTS = (".cls", ".json", ".npy", ".npz", ".pth", ".txt", ".pyd", ".caption")

_KERAS_WORDS = (b"keras_version", b"model_weights", b"optimizer_weights")
_LAYER = re.compile(rb'"[\w.]+\.(?:weight|bias|running_mean)":\s*\{')
"""A tensor of a layer, in the header of a safetensors file."""

_START_BYTES = 2**16
"""Names of groups and attributes stand near the beginning of an HDF5 file."""

_MAT_START = b"MATLAB 5.0 MAT-file"
_MAT_73_START = b"MATLAB 7.3 MAT-file"


def _is_torch(path: Path, head: bytes) -> bool:
    if head.startswith(_TORCH_LEGACY):
        return True
    names = tree_names(path, head) if head.startswith(b"PK\x03\x04") else []
    return any(name.endswith("/data.pkl") for name in names)


def _is_data_frame(path: Path, head: bytes) -> bool:
    return head.startswith(_PICKLE_STARTS) and b"pandas" in head


def _is_lance(path: Path, head: bytes) -> bool:
    return path.is_dir() and (path / "_versions").is_dir() and any(path.glob("data/*.lance"))


def _is_web_dataset(path: Path, head: bytes) -> bool:
    # A shard has the parts of a sample behind each other: a.jpg, a.cls, b.jpg, b.cls.
    if path.is_dir() or head.startswith(b"PK"):
        return False
    first, second = [*tree_names(path, head)[:2], "", ""][:2]
    stem, ending = posixpath.splitext(first)
    other_stem, other_ending = posixpath.splitext(second)
    endings = {ending.lower(), other_ending.lower()}
    is_image_with_part = bool(endings & IMAGE_SUFFIXES) and bool(endings & set(_SHARD_PARTS))
    return bool(stem) and stem == other_stem and is_image_with_part


def _is_keras(path: Path, head: bytes) -> bool:
    return head.startswith(b"\x89HDF") and any(word in _start_of(path) for word in _KERAS_WORDS)


def _is_model_in_safetensors(path: Path, head: bytes) -> bool:
    # One matrix may be embeddings, whatever it is called.
    return head[8:9] == b"{" and len(_LAYER.findall(_start_of(path))) > 1


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_START_BYTES)


def _is_zarr(path: Path, head: bytes) -> bool:
    return path.is_dir() and any((path / name).is_file() for name in (".zarray", ".zgroup", "zarr.json"))


def _is_lmdb(path: Path, head: bytes) -> bool:
    return path.name == "data.mdb" or (path.is_dir() and (path / "data.mdb").is_file())


def _is_open_document(path: Path, head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and b"mimetypeapplication/vnd.oasis.opendocument" in head[:120]


_RUN_IT = "run it on the images and give the probabilities that it predicts, with the filenames"

BINARIES = (
    ForeignKind(
        "a PyTorch file",
        _is_torch,
        lines_of_python(
            "import numpy, torch",
            'vectors = torch.load($file, map_location="cpu", weights_only=True)',
            "numpy.save($npy, vectors.float().numpy())",
        )
        + "\n\nIf it holds a dict of names and vectors, the last line is\n\n"
        "    numpy.savez($npz, filenames=list(vectors), embeddings=torch.stack([*vectors.values()]).float().numpy())",
    ),
    ForeignKind(
        "a pickled pandas DataFrame",
        _is_data_frame,
        "a pickle can run code. If you trust where it comes from, "
        + lines_of_python("import pandas", "pandas.read_pickle($file).to_parquet($parquet)"),
    ),
    ForeignKind(
        "a Python pickle",
        begins_with(*_PICKLE_STARTS),
        "a pickle can run code. If you trust where it comes from, "
        + lines_of_python(
            "import numpy, pathlib, pickle",
            "content = pickle.loads(pathlib.Path($file).read_bytes())",
            'numpy.savez($npz, filenames=list(content), embeddings=numpy.array(list(content.values()), "float32"))',
        )
        + "\n\nThat is for a dict of names and vectors; of an array, "
        + "the last line is numpy.save($npy, content). MMDetection writes its results as COCO's, which are read, with "
        + "--cfg-options test_evaluator.outfile_prefix=results",
    ),
    ForeignKind(
        "a MATLAB file",
        begins_with(_MAT_START),
        lines_of_python(
            "import numpy, scipy.io",
            "content = scipy.io.loadmat($file)",
            'numpy.savez($npz, **{name: array for name, array in content.items() if not name.startswith("__")})',
        ),
    ),
    ForeignKind(
        "a MATLAB 7.3 file",
        begins_with(_MAT_73_START),
        lines_of_python(
            "import h5py, numpy",
            'content = h5py.File($file, "r")',
            "numpy.savez($npz, **{name: array[()].T for name, array in content.items() if hasattr(array, 'shape')})",
        ),
    ),
    ForeignKind("a model of Keras and not what it predicts", _is_keras, _RUN_IT),
    ForeignKind("a model in safetensors and not what it predicts", _is_model_in_safetensors, _RUN_IT),
    ForeignKind(
        "a TFRecord file",
        lambda path, head: path.suffix.lower() in (".tfrecord", ".tfrecords"),
        "write a table as CSV with TensorFlow: filename and a column for each class, or one row per box",
    ),
    ForeignKind(
        "a Lance data set",
        _is_lance,
        lines_of_python(
            "import lance, pyarrow.parquet",
            "table = lance.dataset($file).to_table()",
            "pyarrow.parquet.write_table(table, $parquet)",
        ),
    ),
    ForeignKind(
        "a WebDataset shard",
        _is_web_dataset,
        "unpack it (tar -xf $file) and give its images as a folder; its labels or vectors go into a CSV or .npz file "
        "with the filenames",
    ),
    ForeignKind(
        "a Zarr store",
        _is_zarr,
        lines_of_python("import numpy, zarr", "array = zarr.open_array($file)", "numpy.save($npy, array[:])"),
    ),
    ForeignKind(
        "an LMDB database",
        _is_lmdb,
        "read it with the library that wrote it, and save the vectors with numpy.savez: filenames and embeddings",
    ),
    ForeignKind(
        "a FAISS index",
        begins_with(b"IxFI", b"IxF2", b"IxFl", b"IxHN", b"IxMp", b"IxM2", b"IwFl", b"IwPQ"),
        lines_of_python(
            "import faiss, numpy",
            "index = faiss.read_index($file)",
            "numpy.save($npy, index.reconstruct_n(0, index.ntotal))",
        ),
    ),
    ForeignKind(
        "a Feather file of version 1",
        begins_with(b"FEA1"),
        lines_of_python("import pandas", "pandas.read_feather($file).to_parquet($parquet)"),
    ),
    ForeignKind("an ORC file", begins_with(b"ORC"), "save the table as Parquet or CSV"),
    ForeignKind("an Avro file", begins_with(b"Obj\x01"), "save the table as Parquet or CSV"),
    ForeignKind("an SQLite database", begins_with(b"SQLite format 3\0"), "export its table as CSV"),
    ForeignKind("an old Excel file (.xls)", begins_with(_OLD_EXCEL), "save it as .xlsx or CSV"),
    ForeignKind("an OpenDocument file", _is_open_document, "save the sheet as .xlsx or CSV"),
    ForeignKind("a RAR archive", begins_with(b"Rar!"), "pack its files as .zip"),
    ForeignKind("a 7-Zip archive", begins_with(b"7z\xbc\xaf\x27\x1c"), "pack its files as .zip"),
    ForeignKind("a PDF document", begins_with(b"%PDF-"), "save the table in it as CSV"),
    ForeignKind(
        "a pointer of Git LFS and not the file itself",
        begins_with(b"version https://git-lfs.github.com/spec/"),
        "fetch the file with git lfs pull",
    ),
    ForeignKind(
        "a web page",
        lambda path, head: head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")),
        "it is probably the page that leads to the file: open it in a browser and download the file itself",
    ),
)
"""Kinds that begin with bytes of their own, or whose folder or archive has parts of their own."""
