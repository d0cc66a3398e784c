"""Folders and archives with tables, each of which is read by itself: what they are, and what to add in their place."""

from pathlib import Path, PurePosixPath

from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.tree import tree_names

_TABLES = frozenset({".arrow", ".csv", ".feather", ".parquet", ".tsv", ".xlsx"})
_ARRAYS = frozenset({".npy", ".npz", ".safetensors"})
_BESIDE = frozenset({"", ".crc", ".json", ".md", ".txt", *IMAGE_SUFFIXES})
"""Pictures, notes, and what Spark and Hugging Face write beside their tables."""

_SHOWN = 3


def packed_tables(path: Path, head: bytes) -> str | None:
    """Return what a folder or archive with tables is and what to add, as it goes on after "x is", or None.

    Args:
        path: A folder or file that no reader takes.
        head: Its first bytes.
    """
    names = tree_names(path, head)
    tables = [name for name in names if _suffix(name) in _TABLES]
    if not tables or not {_suffix(name) for name in names} <= _TABLES | _BESIDE:
        return None
    shown = ", ".join(repr(name[-60:]) for name in tables[:_SHOWN])
    noun = "a folder" if path.is_dir() else "an archive"
    if len(tables) == 1:
        others = " and other files" if len(names) > 1 else ""
        return f"{noun} with the table {shown}{others}; add the table alone{_unpacked(path)}"
    return (
        f"{noun} of {len(tables):,} tables such as {shown}, each of which is read by itself; add one after the other"
        f"{_unpacked(path)}; the parts of one table can be joined with pandas.concat"
    )


def packed_array_or_tables(path: Path, head: bytes) -> str | None:
    """Return the same, also of a folder or archive with the array of all embeddings and a file of filenames."""
    names = tree_names(path, head)
    arrays = [name for name in names if _suffix(name) in _ARRAYS]
    others = {_suffix(name) for name in names if name not in arrays}
    if len(arrays) != 1 or not others or not others <= _TABLES | _BESIDE:
        return packed_tables(path, head)
    return (
        f"a folder or archive with the array {arrays[0][-60:]!r} and other files; add the array{_unpacked(path)}, and "
        "the file of its filenames beside it"
    )


def _unpacked(path: Path) -> str:
    return "" if path.is_dir() else ", unpacked"


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
