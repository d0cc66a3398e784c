"""How a tag was made: a record that is stored with it and read back by any later version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from al_core.config import SelectionConfig
from al_core.store.stored_json import read_record, to_json

if TYPE_CHECKING:
    from al_core.selection import SelectionQuality

VERSION = 1


class TagRole(StrEnum):
    """What a tag stands for."""

    ALL = "all"
    REGION = "region"
    SELECTION = "selection"
    LABELED = "labeled"
    TEST = "test"
    DUPLICATES = "duplicates"


def read_role(stored: object) -> TagRole | None:
    """Return the role that a tag was marked as, None if that is none of this version's.

    Examples:
        >>> print(read_role("labeled"), read_role("favorite"))
        labeled None
    """
    return next((role for role in TagRole if role == stored), None)


@dataclass(frozen=True)
class ArraySource:
    """An array that a result was made from, by name and by the SHA-256 of its content."""

    name: str
    digest: str


@dataclass(frozen=True)
class Provenance:
    """How a tag was made.

    Attributes:
        operation: "duplicates", "list", "exploring", "population", "test", "missing", or a set operation; empty for a
            selection.
        tags: The names of the tags, or of the list, that the operation took.
        filters: In words, what the rows have in common that were chosen on a map or by their values.
        role: What the tag was marked as; None, as in older workspaces, leaves it to how the tag was made.
        threshold: The largest distance between duplicates.
        config: What a selection was asked for, with its seed.
        quality: What the selection achieved.
        embedding: The embedding that was used.
        score: The score that was used.
        n_strata: How many strata the test reserve had, from which a selection keeps away; None if there was none.
        sent_at: When the samples of a selection were handed to labelers, in milliseconds since 1970; None while it is a
            draft.
        released_at: When those that have no labels yet were taken back; None if they were not.
        round_digest: The SHA-256 of the round file that asked for a selection, and of the files it names.
        version: Of this layout. A reader takes what it understands of any version.
    """

    operation: str = ""
    tags: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    role: TagRole | None = None
    threshold: float | None = None
    config: SelectionConfig | None = None
    quality: "SelectionQuality | None" = None
    embedding: ArraySource | None = None
    score: ArraySource | None = None
    n_strata: int | None = None
    sent_at: int | None = None
    released_at: int | None = None
    round_digest: str | None = None
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Return the attributes that say something, as plain values."""
        content = to_json(self)
        return content | {"config": self.config.to_json()} if self.config else content

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Provenance":
        """Return the record that some version stored.

        Examples:
            >>> Provenance.from_json({"operation": "union", "tags": ["cats", "dogs"], "mood": "good"}).tags
            ('cats', 'dogs')
        """
        from al_core.selection import SelectionQuality

        records = {
            "role": read_role(content.get("role")),
            "config": read_record(SelectionConfig, content.get("config")),
            "quality": read_record(SelectionQuality, content.get("quality")),
            "embedding": read_record(ArraySource, content.get("embedding")),
            "score": read_record(ArraySource, content.get("score")),
        }
        return read_record(cls, {**content, **records}) or cls()
