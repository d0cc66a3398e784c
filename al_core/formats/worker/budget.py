"""What reading one file may cost."""

import os
from dataclasses import dataclass
from pathlib import Path

from al_core.formats.files.decoded_size import OBJECTS_PER_TEXT, max_decoded_bytes

_BASE_BYTES = 200_000_000
_BYTES_PER_DECODED_BYTE = 4
_SECONDS_PER_GB = 60


@dataclass(frozen=True)
class Budget:
    """Memory and time, in proportion to what a file decodes to.

    Attributes:
        decoded_bytes: What it decodes to at most.

    Examples:
        >>> budget = Budget(1_000_000_000)
        >>> budget.memory_bytes, budget.seconds
        (4200000000, 120)
    """

    decoded_bytes: int

    @property
    def memory_bytes(self) -> int:
        """What the process may allocate beyond what it has when it begins."""
        return _BASE_BYTES + _BYTES_PER_DECODED_BYTE * self.decoded_bytes

    @property
    def seconds(self) -> int:
        """The processor time that it may take."""
        return _SECONDS_PER_GB + _SECONDS_PER_GB * self.decoded_bytes // 10**9

    def with_bytes(self, decoded_bytes: int) -> "Budget":
        """Return the budget of a file that turns out to decode to more."""
        return Budget(max(self.decoded_bytes, decoded_bytes))


def budget_of(*paths: Path) -> Budget:
    """Return the budget of files before they are opened: what they would decode to if they were text.

    Packed formats say what they unpack to before they do, and get more then.
    """
    n_bytes = sum(_file_bytes(path) for path in paths)
    return Budget(min(OBJECTS_PER_TEXT * n_bytes, max_decoded_bytes()))


def _file_bytes(path: Path) -> int:
    if path.is_dir():
        return sum(Path(folder, name).lstat().st_size for folder, _, names in os.walk(path) for name in names)
    # That a file is missing is what its reader explains.
    return path.stat().st_size if path.exists() else 0
