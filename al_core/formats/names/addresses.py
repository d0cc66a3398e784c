"""Filenames of images from the addresses by which labeling tools call them."""

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from al_core.formats.files.filename_rules import FILENAME_COLUMNS
from al_core.formats.files.images import IMAGE_SUFFIXES

_IMAGE_KEYS = ("image", "img", "image_url", "url", "photo", "picture")
_HASH = re.compile(r"[0-9a-f]{8}(?:-|__)(?=.)")
"""What Label Studio puts before the name of a file that it was given, or that it has downloaded."""


_MARKS = ("fileuri=", "?d=", "/data/upload/", "://")
"""Each of what `image_name` tells an address by, from the surest."""


def holds_address(text: str) -> bool:
    """Return whether a text, such as many names at once, holds an address; otherwise each `image_name` is the name.

    Examples:
        >>> holds_address("a.jpg b.jpg"), holds_address("a.jpg s3://bucket/b.jpg")
        (False, True)
    """
    return any(mark in text for mark in _MARKS)


def image_name(address: str) -> str:
    """Return the filename that an address of Label Studio, of a storage or of a web server ends with.

    Examples:
        >>> image_name("/data/local-files/?d=day%201/a.jpg"), image_name("/data/upload/3/c92ad4ef-b.jpg")
        ('day 1/a.jpg', 'b.jpg')
        >>> image_name("https://example.com/x/c%2B.jpg?token=1"), image_name("s3://bucket/d.jpg"), image_name("e.jpg")
        ('example.com/x/c+.jpg', 'bucket/d.jpg', 'e.jpg')
    """
    inner = _inner_address(address)
    if inner:
        return image_name(inner)
    if "?d=" in address:
        return unquote(address.partition("?d=")[2])
    if "/data/upload/" in address:
        # The number of the project comes first.
        return without_hash(unquote(address.partition("/data/upload/")[2].partition("/")[2]))
    if "://" in address:
        parts = urlsplit(address)
        return unquote(f"{parts.netloc}{parts.path}")
    return address


def without_hash(name: str) -> str:
    """Return a name without the eight digits that Label Studio has put before it.

    Examples:
        >>> without_hash("images/4d7be32c__a.jpg"), without_hash("c92ad4ef-a.jpg"), without_hash("a.jpg")
        ('images/a.jpg', 'a.jpg', 'a.jpg')
    """
    folder, slash, base = name.rpartition("/")
    return f"{folder}{slash}{_HASH.sub('', base, count=1)}"


def has_hash(name: str) -> bool:
    """Return whether a name begins with the eight digits of `without_hash`."""
    return bool(_HASH.match(name.rpartition("/")[2]))


def image_of_task(task: Mapping[str, Any]) -> str | None:
    """Return the filename of a task of Label Studio, or None if none of its values is one."""
    for key in FILENAME_COLUMNS:
        if isinstance(task.get(key), str) and task[key].strip():
            return str(task[key])
    for key in _IMAGE_KEYS:
        if isinstance(task.get(key), str) and task[key].strip():
            return image_name(task[key])
    for value in task.values():
        if isinstance(value, str) and PurePosixPath(image_name(value)).suffix.lower() in IMAGE_SUFFIXES:
            return image_name(value)
    return None


def _inner_address(address: str) -> str | None:
    """Return what an address of Label Studio's proxy stands for: the true address is in it, in base 64."""
    if "fileuri=" not in address:
        return None
    encoded = parse_qs(urlsplit(address).query).get("fileuri", [""])[0]
    try:
        inner = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return inner or None
