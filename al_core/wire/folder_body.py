"""A file or a folder as the body of a request."""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from al_core.exceptions import NotFoundError


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file as it is, or a folder as a ZIP file of it.

    Raises:
        NotFoundError: If there is neither.
    """
    if not path.exists():
        raise NotFoundError(f"there is no file {path}; check the path")
    if path.is_file():
        with path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder, _, names in os.walk(path):
                for name in sorted(names):
                    archive.write(Path(folder, name), Path(folder, name).relative_to(path))
        packed.seek(0)
        yield packed
