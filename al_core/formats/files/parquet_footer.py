"""Whether the footer of a Parquet file can be looked at.

The library reads the description of a column when it is asked for, and a damaged one then ends the process instead of
raising. Where it prepares to read data itself, the same descriptions raise an error that can be caught. So it is first
asked to read from a file that has a footer but gives no data.
"""

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow.parquet as pq


class _DataAskedForError(Exception):
    """Data were asked for, so the description of every column has been read."""


class _FileWithoutData(io.RawIOBase):
    def __init__(self, n_bytes: int) -> None:
        super().__init__()
        self._n_bytes = n_bytes
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._n_bytes}[whence]
        self._position = origin + offset
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        raise _DataAskedForError


def read_footer(path: Path) -> "pq.FileMetaData":
    """Return the footer of a Parquet file, of which every column of every row group can be looked at.

    Raises:
        OSError: If a column cannot be, or the footer is damaged.
        pyarrow.ArrowException: If the footer is damaged.
    """
    import pyarrow.parquet

    footer = pyarrow.parquet.read_metadata(path)
    # Before it reads, it computes where the data of all columns are: that is what looks at their descriptions.
    without_data = pyarrow.parquet.ParquetFile(_FileWithoutData(path.stat().st_size), metadata=footer, pre_buffer=True)
    with contextlib.suppress(_DataAskedForError):
        next(without_data.iter_batches(batch_size=1), None)
    return footer
