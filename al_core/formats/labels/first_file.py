from collections.abc import Sequence
from pathlib import Path

from al_core.formats.files.tree import open_tree

_MAX_BYTES = 2**22
"""Larger files are not read to see what they are."""


def start_of_first(path: Path, names: Sequence[str], suffix: str) -> bytes:
    """Return the content of the first file with this ending in a folder or archive; nothing of a large one."""
    first = next((name for name in names if name.lower().endswith(suffix)), None)
    if first is None:
        return b""
    tree = open_tree(path)
    return tree.read(first) if tree.n_bytes(first) <= _MAX_BYTES else b""
