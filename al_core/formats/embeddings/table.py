from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import check_filename_column, check_one_per_row

_BLOCK_VALUES = 2**24
"""Values that are checked at a time: of mapped embeddings, the booleans alone could be larger than memory."""


@dataclass(frozen=True)
class EmbeddingTable:
    """The embeddings of M samples as a file holds them.

    Attributes:
        filenames: (M,) one per row, each once; None if the file has none.
        embeddings: (M, D) float32, all finite; may be mapped from disk and read-only.
        labels: (M,) integers or text; None if the file has none.
    """

    filenames: list[str] | None
    embeddings: NDArray[np.float32]
    labels: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.embeddings)

    def with_filenames(self, filenames: Sequence[str] | None, source: str) -> "EmbeddingTable":
        """Return the table with these filenames if it has none of its own.

        Raises:
            FileFormatError: If there are not as many filenames as rows.
        """
        if filenames is None or self.filenames is not None:
            return self
        if len(filenames) != len(self.embeddings):
            raise FileFormatError(
                f"{source} has {len(self.embeddings):,} rows but {len(filenames):,} filenames were given; "
                "give one filename per row, in the order of the rows"
            )
        return replace(self, filenames=list(filenames))

    def check(self, source: str) -> None:
        """Check lengths, filenames and that every value is finite.

        Raises:
            FileFormatError: Naming the first bad row.
        """
        if self.filenames is not None:
            check_one_per_row(self.filenames, len(self.embeddings), "filenames", source)
            check_filename_column(self.filenames, source, unique=True)
        if self.labels is not None:
            check_one_per_row(self.labels, len(self.embeddings), "labels", source)
        self._check_finite(source)

    def _check_finite(self, source: str) -> None:
        step = max(1, _BLOCK_VALUES // self.embeddings.shape[1])
        for start in range(0, len(self.embeddings), step):
            finite = np.isfinite(self.embeddings[start : start + step])
            if not finite.all():
                offset, column = divmod(int(np.argmin(finite)), finite.shape[1])
                row = start + offset
                name = f" ({self.filenames[row]!r})" if self.filenames is not None else ""
                raise FileFormatError(
                    f"{source}, row {row} counting from 0{name}: embedding_{column} is "
                    f"{self.embeddings[row, column]}; every value must be a finite float32, embed this sample again"
                )
