import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from al_core.exceptions import AlreadyExistsError, NotFoundError
from al_core.store import files, names
from al_core.store.records import Deleted, StoredArray
from al_core.text import quoted
from al_core.types import Rows


@dataclass(frozen=True)
class LabelSet:
    """The labels that came in one file.

    Attributes:
        name: Unique in its dataset.
        task: What they are for first of all.
        n_samples: How many samples have one.
        n_annotations: How many there are; several people may label one sample.
        tag_id: The tag of the samples, which counts as labeled.
        round: The round that they belong to; empty if nobody said so.
        arrays: Its tables by their kind; those without entries are not there.
        n_bytes: Of all its files.
        attributes: What `al_core.steps.labels.LabelAttributes` reads.
        created_at: Milliseconds since 1970.
        is_new: Whether the call that returned it has stored it; of two that bring the same at once, one has.
    """

    id: str
    name: str
    task: str
    n_samples: int
    n_annotations: int
    tag_id: str
    round: str
    arrays: Mapping[str, StoredArray]
    n_bytes: int
    attributes: Mapping[str, Any]
    created_at: int
    is_new: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class NewLabelSet:
    """Labels that are to be stored.

    Attributes:
        name: What they and their tag are to be called; a number is added if the name is in use.
        task: What they are for first of all.
        rows: The samples that have one, ascending.
        tables: By kind.
        round: The round that they belong to, or empty.
        attributes: JSON that goes with them.
    """

    name: str
    task: str
    rows: Rows
    tables: Mapping[str, NDArray[Any]]
    round: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


class LabelSets(ABC):
    """The labels of a dataset, as they came in."""

    @abstractmethod
    def all(self) -> list[LabelSet]:
        """Return all sets of labels, newest first."""

    def get(self, name: str) -> LabelSet:
        """Return the set of that name or id.

        Raises:
            NotFoundError: If there is none; the message lists those there are.
        """
        sets = self.all()
        wanted = next((labels for labels in sets if name in (labels.name, labels.id)), None)
        if wanted is None:
            names = quoted(labels.name for labels in sets[:20]) or "none yet"
            raise NotFoundError(f"there are no labels '{name}'; there are: {names}")
        return wanted

    def check(self, new: NewLabelSet) -> LabelSet | None:
        """Return the stored set that has the same content, or None; nothing is stored.

        Raises:
            InvalidInputError: If the name, or that of the round, is not allowed.
            AlreadyExistsError: If the same labels are stored of another round.
        """
        check_names(new)
        newest = next(iter(self.all()), None)
        if newest is None or not have_same_attributes(newest.attributes, new.attributes):
            return None
        if {kind: array.digest for kind, array in newest.arrays.items()} != {
            kind: files.array_digest(table) for kind, table in new.tables.items()
        }:
            return None
        check_round(newest.name, newest.round, new.round)
        return newest

    @abstractmethod
    def store(self, new: NewLabelSet) -> LabelSet:
        """Store labels with the tag of their samples, all visible at once; the same labels again change nothing.

        Raises:
            NotFoundError: If the dataset has been deleted, or has no sample yet.
            AlreadyExistsError: If the same labels are stored of another round.
        """

    @abstractmethod
    def delete(self, labels: LabelSet) -> None:
        """Remove labels and their tag.

        Raises:
            NotAllowedError: If another tag was made from theirs.
            NotFoundError: If they have been deleted.
        """

    @abstractmethod
    def deleted(self) -> list[Deleted]:
        """Return the labels that can be restored, those deleted last first."""

    @abstractmethod
    def restore(self, deleted_id: str) -> LabelSet:
        """Return deleted labels to the store as they were, with their tag.

        Raises:
            NotFoundError: If it is too late.
        """


def check_names(new: NewLabelSet) -> None:
    """Raise `InvalidInputError` unless labels and their round may be called so."""
    names.check_tag_name(new.name)
    if new.round:
        names.check_tag_name(new.round)


def check_round(name: str, stored_round: str, round_name: str) -> None:
    """Raise `AlreadyExistsError` if labels that are stored of one round, or of none, are to be of another."""
    # Without a name nobody has said that the round is another one.
    if round_name in ("", stored_round):
        return
    of_round = f"of the round '{stored_round}'" if stored_round else "of no round"
    raise AlreadyExistsError(
        f"the same labels are stored as '{name}', {of_round}; to store them of '{round_name}', delete those first"
    )


def have_same_attributes(stored: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether attributes are equal but for the name of the file: the same labels may come in another one."""
    # By way of JSON, which makes lists of the tuples: the stored ones have gone that way.
    new = json.loads(json.dumps(new))
    return _without_file(stored) == _without_file(new)


def _without_file(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name != "file"}
