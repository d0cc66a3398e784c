"""The folder that clip-retrieval's `inference` writes: img_emb/img_emb_0.npy, metadata/metadata_0.parquet and so on."""

import re
import tempfile
from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.arrow_table import read_table, split_filenames
from al_core.formats.files.filename_rules import check_one_per_row
from al_core.formats.files.npy import array_from_bytes, float_matrix
from al_core.formats.files.tree import FileTree, open_tree, tree_names

_VECTORS = re.compile(r"(?:.*/)?img_emb/[^/]*?(\d+)\.npy")
_METADATA = re.compile(r"(?:.*/)?metadata/[^/]*?(\d+)\.parquet")


def recognizes_clip_retrieval(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive has parts of image embeddings."""
    return any(map(_VECTORS.fullmatch, tree_names(path, head)))


def read_clip_retrieval(path: Path) -> EmbeddingTable:
    """Return the embeddings of all parts, with the `image_path` of their metadata as filenames if it is there.

    Raises:
        FileFormatError: If a part has no metadata or another number of rows.
    """
    tree = open_tree(path)
    parts = _parts(tree, _VECTORS)
    metadata = _parts(tree, _METADATA)
    if not parts:
        raise FileFormatError(f"{tree.source} has no img_emb/*.npy; give the folder that clip-retrieval has written")
    filenames: list[str] = []
    matrices = []
    for number, name in parts.items():
        source = f"{tree.source}/{name}"
        matrices.append(float_matrix(array_from_bytes(tree.read(name), source), source))
        if metadata:
            if number not in metadata:
                raise FileFormatError(f"{source} has no metadata/metadata_{number}.parquet; copy it too")
            names = _filenames(tree, metadata[number])
            check_one_per_row(names, len(matrices[-1]), "filenames", source)
            filenames += names
    if len({matrix.shape[1] for matrix in matrices}) > 1:
        raise FileFormatError(f"{tree.source} has vectors of different lengths; embed all images with one model")
    return EmbeddingTable(filenames if metadata else None, np.concatenate(matrices))


def _parts(tree: FileTree, pattern: re.Pattern[str]) -> dict[int, str]:
    """Return the files of one kind by the number at the end of their names, in its order."""
    matches = {name: pattern.fullmatch(name) for name in tree.names}
    return dict(sorted((int(match[1]), name) for name, match in matches.items() if match))


def _filenames(tree: FileTree, name: str) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="al_core-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(tree.read(name))
        filenames, _ = split_filenames(path.name, read_table(path))
    return filenames
