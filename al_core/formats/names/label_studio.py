"""Which image a Label Studio task is about."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from al_core.formats.files.images import IMAGE_SUFFIXES

_LOCAL_FILES = "/data/local-files/"
_UPLOAD = re.compile(r"/data/upload/\d+/(.*/)?([0-9a-f]{8}-)?([^/]+)")
"""The number of the project comes before an uploaded file, and eight digits before its name."""

_FILENAME_KEYS = ("filename", "file_name", "filepath")


def task_filename(task: Mapping[str, Any]) -> str:
    """Return the filename of a task: its `filename`, else the path in the address of its image, empty without one.

    Args:
        task: The values under `data`, or those of a task exported as JSON-MIN.

    Examples:
        >>> task_filename({"image": "/data/upload/1/0a1b2c3d-cat 1.jpg"})
        'cat 1.jpg'
        >>> task_filename({"image": "/data/local-files/?d=pets/cat%201.jpg"})
        'pets/cat 1.jpg'
        >>> task_filename({"text": "a cat", "img": "https://example.org/pets/cat.jpg?token=7"})
        'pets/cat.jpg'
        >>> task_filename({"image": "s3://bucket/pets/cat.jpg", "filename": "cat.jpg"})
        'cat.jpg'
    """
    texts = {key: value for key, value in task.items() if isinstance(value, str) and value}
    for key in _FILENAME_KEYS:
        if key in texts:
            return texts[key]
    paths = [address_path(value) for value in texts.values()]
    return next((path for path in paths if PurePosixPath(path).suffix.lower() in IMAGE_SUFFIXES), "")


def address_path(address: str) -> str:
    """Return the path of an image from its address: of a local file, an upload, a URL or a bucket."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if parts.path.startswith(_LOCAL_FILES):
        return "".join(parse_qs(parts.query).get("d", [])[:1])
    upload = _UPLOAD.search(unquote(parts.path))
    if upload:
        return f"{upload[1] or ''}{upload[3]}"
    if parts.scheme and parts.netloc:
        return unquote(parts.path).lstrip("/")
    # A question mark may be part of a name, where there is no scheme.
    return unquote(address) if not parts.scheme else address
