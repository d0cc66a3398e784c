"""A zip or tar with a single file that is read by itself, as pandas and file managers pack one."""

import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.tree import ARCHIVE_ERRORS, BoundedTarInfo, is_of_system, open_tree, tree_names
from al_core.formats.files.unpacking import blocks_of, write_blocks

_TABLES = (".arrow", ".csv", ".feather", ".parquet", ".tsv", ".xlsx")
_OTHERS = (".h5", ".hdf5", ".json", ".jsonl", ".ndjson", ".npz", ".safetensors")
_PACKED = (".bz2", ".gz", ".tar", ".tgz", ".xz", ".zip", ".zst")
_WHOLE = frozenset((*_TABLES, *_OTHERS, *_PACKED))
"""Endings of files that hold all images. A .txt, .xml or .npy may be that of the only image of a folder."""


def recognizes_archive_of_one(path: Path, head: bytes) -> bool:
    """Return whether a file is a zip or tar with one file, and that is of a kind that holds all images."""
    return _only_name(path, head) is not None


def unpack_archive_of_one(path: Path, folder: Path) -> Path:
    """Return the file within.

    Raises:
        FileFormatError: If it is damaged or unpacks to too much.
    """
    with path.open("rb") as file:
        name = _only_name(path, file.read(512))
    assert name is not None  # only an archive of one comes here
    # Opened as a tree first, for its checks: of encryption, sizes and headers.
    tree = open_tree(path)
    target = folder / PurePosixPath(name.replace("\\", "/")).name
    with file_damage_explained(tree.source, "archive", ARCHIVE_ERRORS, "pack it again"):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
                return write_blocks(blocks_of(stream), target, path)
        with tarfile.open(path, tarinfo=BoundedTarInfo) as tar:
            member = next(member for member in tar if member.isfile() and not is_of_system(member.name))
            content = tar.extractfile(member)
            return write_blocks(blocks_of(content) if content else (), target, path)


def _only_name(path: Path, head: bytes) -> str | None:
    names = tree_names(path, head)
    is_one = len(names) == 1 and PurePosixPath(names[0]).suffix.lower() in _WHOLE
    return names[0] if is_one else None
