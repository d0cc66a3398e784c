"""Rows of class probabilities, wherever they are: a record that travels to whoever reads them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.objects.folder_objects import objects_in
from al_core.objects.objects import ByteRange

RANGE_BYTES = 2 << 20
"""How much one request asks for, in whole rows: long beside its latency, short beside the two seconds to cancel."""

RANGES_AT_ONCE = 8


@dataclass(frozen=True)
class NpyRows:
    """Adjacent rows of one `.npy` file.

    Attributes:
        key: Its name.
        dtype: Of the numbers.
        first_byte: Where the first of the rows begins.
        n_rows: How many there are.
    """

    key: str
    dtype: str
    first_byte: int
    n_rows: int


@dataclass(frozen=True)
class ProbabilityRows:
    """Adjacent rows of class probabilities.

    Attributes:
        folder: Where their files are: the absolute path of a folder, or an address.
        files: The rows of each file, in order.
        n_classes: Columns.
    """

    folder: str
    files: tuple[NpyRows, ...]
    n_classes: int

    def read(self, tick: Callable[[], None]) -> NDArray[np.float32]:
        """Return the rows, (n, C); `tick` is called between requests and may raise to stop.

        Raises:
            MissingInputError: If a file is not there.
            InvalidInputError: If one ends too soon.
            WorkspaceError: If this machine cannot read from the place.
        """
        rows = np.empty((sum(file.n_rows for file in self.files), self.n_classes), np.float32)
        first = 0
        try:
            for dtype, block in self._blocks(tick):
                values = np.frombuffer(block, dtype).reshape(-1, self.n_classes)
                # A value too large for float32 becomes infinite, and its row is reported.
                with np.errstate(over="ignore"):
                    rows[first : first + len(values)] = values
                first += len(values)
        except FileNotFoundError as error:
            raise MissingInputError(f"a file of {self.folder} is not there ({error}): write it again") from error
        except EOFError as error:
            raise InvalidInputError(f"a file of {self.folder} was cut short: {error}; write it again") from error
        return rows

    def _blocks(self, tick: Callable[[], None]) -> Iterator[tuple[str, bytes]]:
        objects = objects_in(self.folder)
        ranges = list(self._ranges())
        for start in range(0, len(ranges), RANGES_AT_ONCE):
            tick()
            some = ranges[start : start + RANGES_AT_ONCE]
            blocks = objects.read_ranges([wanted for _, wanted in some])
            yield from zip((dtype for dtype, _ in some), blocks, strict=True)

    def _ranges(self) -> Iterator[tuple[str, ByteRange]]:
        for file in self.files:
            row_bytes = np.dtype(file.dtype).itemsize * self.n_classes
            step = max(1, RANGE_BYTES // row_bytes) * row_bytes
            end = file.first_byte + file.n_rows * row_bytes
            for start in range(file.first_byte, end, step):
                yield file.dtype, ByteRange(file.key, start, min(start + step, end))
