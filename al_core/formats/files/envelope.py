"""Files inside of other files, or in another encoding: unpacked next to each other until a reader can take them."""

import functools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, Self, TypeVar, cast, runtime_checkable

from al_core.exceptions import FileFormatError
from al_core.formats.files.archive_of_one import recognizes_archive_of_one, unpack_archive_of_one
from al_core.formats.files.compressed import is_compressed, unpack_compressed
from al_core.formats.files.dialect import needs_rewriting, rewrite_table
from al_core.formats.files.encoding import needs_recoding, recode
from al_core.formats.files.reader import check_file
from al_core.formats.files.remarks import remarks_collected
from al_core.formats.files.workbook import is_workbook, unpack_workbook

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

ENVELOPE_SUFFIXES = (".bz2", ".gz", ".xlsx", ".xz", ".zip", ".zst")
"""Endings that any file may have beside its own."""

_MAX_DEPTH = 4
"""A sheet in a zip is text in the end; what goes on is no file of anybody."""

_LAYERS: tuple[tuple[Callable[[Path, bytes], bool], Callable[[Path, Path], Path]], ...] = (
    (is_compressed, unpack_compressed),
    (is_workbook, unpack_workbook),
    (recognizes_archive_of_one, unpack_archive_of_one),
    (needs_recoding, recode),
    (needs_rewriting, rewrite_table),
)
"""How a layer is recognized, and what takes it off: the file and a folder in, the file within out."""


@runtime_checkable
class Remarked(Protocol):
    """What a reader returns if it can say how its file was unpacked."""

    def with_remarks(self, remarks: Mapping[str, str]) -> Self:
        """Return the same with these remarks, by their stable keys."""


@contextmanager
def unwrapped(path: Path, *, names_errors: bool = True) -> Iterator[Path]:
    """Yield the file in the innermost envelope, which is there within the block; a file without one is itself.

    Args:
        path: A file or folder.
        names_errors: Whether the block is about this file, so that what it raises is to name the envelope.

    Raises:
        FileFormatError: If an envelope is damaged or unpacks to too much, and, with the name of the envelope in front,
            what the block raises about the file within.
    """
    if path.is_dir() or not path.exists():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="al_core-", ignore_cleanup_errors=True) as folder:
        inner = path
        try:
            for depth in range(_MAX_DEPTH):
                layer = _without_layer(inner, Path(folder) / str(depth))
                if layer is None:
                    break
                inner = layer
            yield inner
        except FileFormatError as error:
            if not names_errors or inner == path or str(error).startswith(path.name):
                raise
            raise FileFormatError(f"{path.name}: {error}") from error


def reads_envelopes(
    read: Callable[Concatenate[Path, Arguments], Result],
) -> Callable[Concatenate[Path, Arguments], Result]:
    """Return a function that reads a file whatever it is wrapped in, from one that reads the file itself."""

    @functools.wraps(read)
    def read_unwrapped(path: Path, *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        with remarks_collected() as remarks, unwrapped(Path(path)) as inner:
            contents = read(inner, *arguments, **named)
        return contents.with_remarks(remarks) if remarks and isinstance(contents, Remarked) else contents

    # mypy takes what functools returns for something else than a function.
    return cast("Callable[Concatenate[Path, Arguments], Result]", read_unwrapped)


def _without_layer(path: Path, folder: Path) -> Path | None:
    head = check_file(path)
    for recognizes, unpack in _LAYERS:
        if recognizes(path, head):
            folder.mkdir()
            return unpack(path, folder)
    return None
