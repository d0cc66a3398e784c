from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np

from al_core.types import Rows

INITIAL_TAG = "initial-tag"


class TagRole(StrEnum):
    """What a tag stands for."""

    ALL = "all"
    REGION = "region"
    SELECTION = "selection"
    LABELED = "labeled"
    TEST = "test"
    DUPLICATES = "duplicates"


@dataclass(frozen=True)
class Tag:
    """A named set of rows.

    Attributes:
        mask: Bit k, counted from the lowest, is set when row k belongs to the tag (little-endian bytes).
        size: How many rows belong to it.
        tot_size: How many samples the dataset has.
        prev_tag_id: The parent: the labeled tag a selection started from, otherwise `initial-tag`.
        facts: What the tag was made from, such as the configuration, digests and quality of a selection.
        created_at: Milliseconds since 1970.
    """

    id: str
    dataset_id: str
    name: str
    mask: bytes = field(repr=False)
    size: int
    tot_size: int
    prev_tag_id: str | None
    query_tag_id: str | None
    preselected_tag_id: str | None
    facts: dict[str, Any] = field(repr=False)
    created_at: int

    @cached_property
    def rows(self) -> Rows:
        """The rows of the tag in ascending order."""
        return mask_to_rows(self.mask)

    @property
    def role(self) -> TagRole:
        """What the tag stands for: what its facts say, otherwise what follows from how it was made.

        Tags of older workspaces and of Lightly's clients say nothing, and one of a later version may say a word that
        is not known here.
        """
        stored = self.facts.get("role")
        return TagRole(stored) if stored in list(TagRole) else self.original_role

    @property
    def original_role(self) -> TagRole:
        """The role that follows from how the tag was made, whatever it was marked as later."""
        if self.name == INITIAL_TAG:
            return TagRole.ALL
        # A client that selects by itself names the labeled tag that it went on from.
        if "config" in self.facts or self.preselected_tag_id is not None:
            return TagRole.SELECTION
        return TagRole.DUPLICATES if self.facts.get("operation") == "duplicates" else TagRole.REGION

    @property
    def counts_as_labeled(self) -> bool:
        """Whether its samples are chosen already: by a selection, or because a person marked them as labeled."""
        return self.role in (TagRole.SELECTION, TagRole.LABELED)

    @property
    def bit_mask_data(self) -> str:
        """The mask in hexadecimal, as `BitMask.from_hex` reads it."""
        return hex(int.from_bytes(self.mask, "little"))


@dataclass(frozen=True)
class StoredArray:
    """An array of a dataset: an embedding, a score, a prediction, a 2-D view or the order of a selection.

    Attributes:
        digest: SHA-256 of the content; equal digests mean equal arrays.
        facts: What it was made from.
        created_at: Milliseconds since 1970.
    """

    id: str
    kind: str
    name: str
    digest: str
    shape: tuple[int, ...]
    facts: dict[str, Any]
    created_at: int


@dataclass(frozen=True)
class SampleImage:
    """The image of a sample: a file on this machine, or the bytes that a server sent.

    Attributes:
        media_type: Such as `image/webp`, or None where the name of the file does not tell.
        path: The file, or None.
        content: The bytes if there is no file.
    """

    media_type: str | None
    path: Path | None = None
    content: bytes = field(default=b"", repr=False)

    @property
    def source(self) -> Path | IO[bytes]:
        """What Pillow opens."""
        return self.path or BytesIO(self.content)


def rows_to_mask(rows: Rows, n_samples: int) -> bytes:
    r"""Return the bit mask of `rows`, little-endian, in ⌈n_samples / 8⌉ bytes.

    Examples:
        >>> rows_to_mask(np.array([0, 9]), 10)
        b'\x01\x02'
    """
    bits = np.zeros(n_samples, np.uint8)
    bits[rows] = 1
    return np.packbits(bits, bitorder="little").tobytes()


def mask_to_rows(mask: bytes) -> Rows:
    r"""Return the rows whose bit is set, ascending.

    Examples:
        >>> mask_to_rows(b"\x01\x02").tolist()
        [0, 9]
    """
    return np.flatnonzero(np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little"))
