"""What a file is, in words: for those that no reader takes."""

import re
from pathlib import Path

from al_core.formats.files.foreign_annotations import ANNOTATIONS
from al_core.formats.files.foreign_binaries import BINARIES
from al_core.formats.files.foreign_services import SERVICES
from al_core.formats.files.text import BOM, looks_like_text
from al_core.formats.files.tree import tree_names

FOREIGN_KINDS = (*BINARIES, *ANNOTATIONS, *SERVICES)
"""Every kind that is recognized but not read, in the order in which they are tried."""

_KEYS_SHOWN = 8
_TEXT_SHOWN = 60

_IMAGE_STARTS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"BM": "a BMP image",
}
_STARTS = {
    **_IMAGE_STARTS,
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
}


def check_no_foreign(path: Path, head: bytes) -> None:
    """Refuse a file of a kind that is recognized but not read.

    Raises:
        FileFormatError: Naming the kind and how to convert it.
    """
    for kind in FOREIGN_KINDS:
        if kind.recognizes(path, head):
            raise kind.refusal(path)


def is_image_start(head: bytes) -> bool:
    r"""Return whether a file begins as a picture does.

    Examples:
        >>> is_image_start(b"\xff\xd8\xff\xe0"), is_image_start(b"a,b")
        (True, False)
    """
    return head.startswith(tuple(_IMAGE_STARTS))


def described(path: Path, head: bytes) -> str:
    """Return what a file is by its first bytes, as it goes on after "x is".

    Examples:
        >>> described(Path("x.json"), b'[{"a": 1, "b": 2}]')
        "JSON with the keys 'a', 'b'"
        >>> described(Path("x.txt"), b"hello there")
        "text that begins with 'hello there'"
    """
    names = tree_names(path, head)
    if path.is_dir() or names:
        what = "a folder" if path.is_dir() else "an archive"
        return f"{what} of {len(names):,} files such as {names[0]!r}" if names else f"{what} without files"
    for start, noun in _STARTS.items():
        if head.startswith(start):
            return noun
    text = head.removeprefix(BOM).decode(errors="replace").lstrip()
    if not looks_like_text(head):
        return "binary"
    if text.startswith(("{", "[")):
        return _described_json(text)
    if text.startswith("<"):
        return f"XML that begins with {text[:_TEXT_SHOWN]!r}"
    return f"text that begins with {text.partition(chr(10))[0][:_TEXT_SHOWN].rstrip()!r}"


def _described_json(text: str) -> str:
    keys = dict.fromkeys(re.findall(r'"([^"\\]{1,40})"\s*:', text))
    if not keys:
        is_empty = "".join(text.split()) in ("[]", "{}")
        return "JSON without any values" if is_empty else "JSON without names for its values"
    shown = ", ".join(repr(key) for key in list(keys)[:_KEYS_SHOWN])
    return f"JSON with the keys {shown}{', …' if len(keys) > _KEYS_SHOWN else ''}"
