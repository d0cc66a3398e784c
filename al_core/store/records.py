from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import NotAllowedError
from al_core.store.parts import Part
from al_core.store.provenance import Provenance, TagRole
from al_core.types import Rows

INITIAL_TAG = "initial-tag"

POPULATION = "population"
"""The operation that makes the tag of a stratum's population; its provenance has the stratum's number among `tags`."""

ROUND_PLAN = "roundPlan"
"""The attribute of a dataset that holds target and prices of its rounds."""


@dataclass(frozen=True)
class Tag:
    """A named set of rows.

    Attributes:
        mask: Bit k, counted from the lowest, is set when row k belongs to the tag (little-endian bytes).
        size: How many rows belong to it.
        n_samples: How many samples the dataset has.
        parent_id: The labeled tag that a selection started from, otherwise `initial-tag`, which has no parent.
        query_tag_id: The tag that a selection chose among.
        labeled_tag_id: The tag that was labeled before a selection.
        provenance: How the tag was made.
        created_at: Milliseconds since 1970.
    """

    id: str
    dataset_id: str
    name: str
    mask: bytes = field(repr=False)
    size: int
    n_samples: int
    parent_id: str | None
    query_tag_id: str | None
    labeled_tag_id: str | None
    provenance: Provenance = field(repr=False)
    created_at: int

    @cached_property
    def rows(self) -> Rows:
        """The rows of the tag in ascending order."""
        return mask_to_rows(self.mask)

    @property
    def role(self) -> TagRole:
        """What the tag stands for: what it was marked as, otherwise what follows from how it was made."""
        return self.provenance.role or self.original_role

    @property
    def original_role(self) -> TagRole:
        """The role that follows from how the tag was made, whatever it was marked as later."""
        # A client that selects by itself names the labeled tag that it went on from.
        is_selection = self.provenance.config is not None or self.labeled_tag_id is not None
        return role_as_made(self.name, self.provenance.operation, is_selection=is_selection)

    @property
    def counts_as_labeled(self) -> bool:
        """Whether a person marked its samples as labeled."""
        return self.role is TagRole.LABELED

    @property
    def is_sent(self) -> bool:
        """Whether its selection was handed to labelers, and what has no labels was not taken back."""
        return self.provenance.sent_at is not None and self.provenance.released_at is None

    @property
    def is_population(self) -> bool:
        """Whether accuracy on the test reserve is a statement about its samples."""
        return self.provenance.operation == POPULATION

    def check_role(self, role: TagRole) -> None:
        """Raise unless the tag may be given this role.

        Raises:
            NotAllowedError: If the role is not a matter of opinion: see `Dataset.set_tag_role`.
        """
        if self.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and keeps its role")
        is_as_made = role is self.original_role
        is_labeled_selection = self.original_role is TagRole.SELECTION and role is TagRole.LABELED
        if self.original_role is TagRole.SELECTION and not (is_as_made or is_labeled_selection):
            raise NotAllowedError(f"tag '{self.name}' is a selection: all one can say is that it has been labeled")
        if not is_as_made and role in (TagRole.ALL, TagRole.SELECTION):
            raise NotAllowedError(f"tag '{self.name}' cannot become {role}: only a selection makes selections")


@dataclass(frozen=True)
class TagOrigin:
    """What a new tag comes from.

    Attributes:
        parent: The tag it hangs below; by default `initial-tag`.
        query: The tag that a selection chose among.
        labeled: The tag that was labeled before a selection.
        provenance: How it was made.
        order: The rows that a selection added, in the order picked.
        resolved: What the names in its configuration stood for, `al_core.steps.resolved`; None if it has none.
        beside: Tags below `initial-tag` that are stored together with it.
        reserve: A part of the test reserve that is stored together with it.
    """

    parent: Tag | None = None
    query: Tag | None = None
    labeled: Tag | None = None
    provenance: Provenance = field(default_factory=Provenance)
    order: Rows | None = None
    resolved: NDArray[np.uint8] | None = None
    beside: "tuple[NewTag, ...]" = ()
    reserve: "NewArrays | None" = None


@dataclass(frozen=True)
class NewTag:
    """A tag that is stored beside another one, below `initial-tag`; a number is added if its name is in use."""

    name: str
    rows: Rows
    provenance: Provenance


@dataclass(frozen=True)
class StoredArray:
    """An array of a dataset, without its content.

    Attributes:
        kind: A `Kind`, or that of a task registered elsewhere.
        name: Unique among the dataset's arrays of the kind.
        digest: SHA-256 of the content; equal digests mean equal arrays.
        attributes: What it was made from and what its values mean, as JSON; the step that stores a kind has a record
            that reads them.
        created_at: Milliseconds since 1970.
        model_id: The model whose predictions or scores it holds, or None.
        parts: The objects it consists of in an object storage; empty if it is one file.
    """

    id: str
    kind: str
    name: str
    digest: str
    shape: tuple[int, ...]
    attributes: Mapping[str, Any]
    created_at: int
    model_id: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class NewArrays:
    """Arrays of one kind that are to be stored.

    Attributes:
        kind: Of all of them.
        named: The arrays by name.
        attributes: JSON that goes with each.
        ids: The ids that were promised to a client, by name; others are new.
    """

    kind: str
    named: Mapping[str, NDArray[Any]]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    ids: Mapping[str, str | None] = field(default_factory=dict)


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


def role_as_made(name: str, operation: str, *, is_selection: bool) -> TagRole:
    """Return the role that follows from how a tag was made.

    Examples:
        >>> print(role_as_made("repeated", "duplicates", is_selection=False))
        duplicates
    """
    if name == INITIAL_TAG:
        return TagRole.ALL
    if is_selection:
        return TagRole.SELECTION
    return TagRole.DUPLICATES if operation == "duplicates" else TagRole.REGION


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


@dataclass(frozen=True)
class Deleted:
    """A model or labels that can be restored.

    Attributes:
        id: What `restore` takes.
        name: The name it had.
        deleted_at: Milliseconds since 1970.
        expires_at: From then on it cannot be restored.
    """

    id: str
    name: str
    deleted_at: int
    expires_at: int
