"""Rounds: each selection with its test samples, what was sent and came back, the model after it, cost and time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.steps.chosen import added_rows, labeled_tags, selection_orders, selection_summaries
from al_core.steps.reserve import read_reserve
from al_core.steps.row_sets import NO_ROWS, union, within, without
from al_core.store.models import Model
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import Tag, TagOrigin
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset, StoredArray


class RoundState(StrEnum):
    """How far a round is."""

    DRAFT = "draft"
    """Selected, but handed to nobody: its samples may be selected again."""
    SENT = "sent"
    """Some of its samples are with labelers."""
    BACK = "back"
    """All of its samples are labeled."""
    RELEASED = "released"
    """What has no labels was taken back."""


@dataclass(frozen=True, eq=False)
class Round:
    """One selection and what became of it.

    Attributes:
        number: From 1, the oldest first.
        tag: The selection's tag.
        state: How far it is.
        added_rows: What it added, in the order in which it is sent.
        test_rows: Those of them that test, ascending.
        back_rows: Those of them that are labeled, ascending.
        count_training: Counts `n_training`, for which the tags of all rounds before are read.
        model: The model trained after it: the newest one uploaded before the next round was selected. None if there is
            none yet.
        back_at: When its last labels came, in milliseconds since 1970; None before.
    """

    number: int
    tag: Tag
    state: RoundState
    added_rows: Rows
    test_rows: Rows
    back_rows: Rows
    count_training: Callable[[], int] = field(repr=False)
    model: Model | None
    back_at: int | None

    @cached_property
    def n_training(self) -> int:
        """How many labels there are to train on after it, of this round and all before."""
        return self.count_training()

    @property
    def name(self) -> str:
        """The name of its selection."""
        return self.tag.name

    @property
    def missing_rows(self) -> Rows:
        """What was added and has no label, ascending."""
        return np.setdiff1d(self.added_rows, self.back_rows)


def read_rounds(dataset: "Dataset") -> list[Round]:
    """Return all rounds of a dataset, the oldest first."""
    reader = _RoundReader(dataset)
    orders = selection_orders(dataset)
    rounds: list[Round] = []
    labeled_so_far = NO_ROWS
    for number, tag in reader.tags_up_to(len(reader.summaries)).items():
        # What was labeled before the first round is in its tag.
        labeled_so_far = union([labeled_so_far, reader.labeled_of(tag)])
        rounds.append(reader.read(number, tag, reader.counted(labeled_so_far), orders))
    return rounds


def read_last_round(dataset: "Dataset") -> Round | None:
    """Return the newest round without reading the others, None if there is none."""
    return next(newest_rounds(dataset), None)


def newest_rounds(dataset: "Dataset") -> Iterator[Round]:
    """Yield the rounds of a dataset, the newest first; each is read when it is asked for."""
    reader = _RoundReader(dataset)
    for number in range(len(reader.summaries), 0, -1):
        # Somebody may have deleted it since.
        for tag in dataset.tags_by_id([reader.summaries[number - 1].id]):
            yield reader.read_one(number, tag)


class _RoundReader:
    """What the rounds of a dataset have in common, read once.

    Args:
        dataset: Whose selections are read.
    """

    def __init__(self, dataset: "Dataset") -> None:
        self._dataset = dataset
        self.summaries = selection_summaries(dataset)
        self._labeled_tags = labeled_tags(dataset)
        self._labeled = union([tag.rows for tag in self._labeled_tags])
        reserve = read_reserve(dataset)
        self._reserved = reserve.reserve.rows if reserve else NO_ROWS
        self._barred = reserve.barred if reserve else NO_ROWS
        self._models = [model for model in dataset.models.all() if model.predictions]

    def tags_up_to(self, number: int) -> dict[int, Tag]:
        """Return the tags of the first rounds by their numbers, without those that somebody has deleted since."""
        summaries = self.summaries[:number]
        tags = {tag.id: tag for tag in self._dataset.tags_by_id([summary.id for summary in summaries])}
        return {position: tags[summary.id] for position, summary in enumerate(summaries, 1) if summary.id in tags}

    def labeled_of(self, tag: Tag) -> Rows:
        """Return which rows of a tag are labeled, ascending."""
        return within(tag.rows, self._labeled)

    def counted(self, labeled_so_far: Rows) -> Callable[[], int]:
        """Return how many labels there are to train on among these, for whoever asks."""
        n_training = len(without(labeled_so_far, self._barred))
        return lambda: n_training

    def read_one(self, number: int, tag: Tag) -> Round:
        """Return a round without reading the others."""
        return self.read(number, tag, lambda: self._count_training(number))

    def _count_training(self, number: int) -> int:
        # Before the first labels there is nothing to count in masks.
        tags = self.tags_up_to(number).values() if len(self._labeled) else ()
        return self.counted(union([self.labeled_of(tag) for tag in tags]))()

    def read(
        self,
        number: int,
        tag: Tag,
        count_training: Callable[[], int],
        orders: "Mapping[str, StoredArray] | None" = None,
    ) -> Round:
        """Return a round.

        Args:
            number: Which one, from 1.
            tag: Of its selection.
            count_training: Counts how many labels there are to train on after it.
            orders: What `selection_orders` returned, if several rounds are read.
        """
        added = added_rows(self._dataset, tag, orders)
        back = np.intersect1d(added, self._labeled)
        # Numbers count from 1, so that this is the tag of the next round.
        until = self.summaries[number].created_at if number < len(self.summaries) else None
        return Round(
            number=number,
            tag=tag,
            state=_state(tag, len(added), len(back)),
            added_rows=added,
            # Without strata there was no reserve yet: rows that it drew later from this round do not test it.
            test_rows=np.intersect1d(added, self._reserved) if tag.provenance.n_strata else NO_ROWS,
            back_rows=back,
            count_training=count_training,
            model=_model_between(self._models, tag.created_at, until),
            back_at=_moment_of(self._labeled_tags, back),
        )


def find_round(dataset: "Dataset", tag: Tag) -> Round:
    """Return the round of a selection's tag, or raise `NotFoundError`."""
    reader = _RoundReader(dataset)
    ids = [each.id for each in reader.summaries]
    # As it is by now: it may have been sent since.
    stored = dataset.find_tag_by_id(tag.id)
    if stored is None or tag.id not in ids:
        raise NotFoundError(f"tag '{tag.name}' of dataset '{dataset.name}' was not made by a selection")
    return reader.read_one(ids.index(tag.id) + 1, stored)


def tag_missing(dataset: "Dataset", of: Round) -> Tag:
    """Store what was sent in a round and has no label as a tag below `initial-tag`, and return it.

    Raises:
        InvalidInputError: If nothing is missing.
        AlreadyExistsError: If it was stored before.
    """
    missing = of.missing_rows
    if not len(missing):
        raise InvalidInputError(f"all {len(of.added_rows):,} images of round '{of.name}' are labeled: none is missing")
    provenance = Provenance("missing", (of.name,), role=TagRole.REGION)
    return dataset.create_tag(f"{of.name[:190]} missing", missing, TagOrigin(provenance=provenance))


def _state(tag: Tag, n_added: int, n_back: int) -> RoundState:
    if n_added and n_back == n_added:
        return RoundState.BACK
    if tag.provenance.sent_at is None:
        return RoundState.DRAFT
    return RoundState.SENT if tag.is_sent else RoundState.RELEASED


def _model_between(models: list[Model], after: int, until: int | None) -> Model | None:
    """Return the newest model of a span of time; `models` are newest first."""
    for model in models:
        is_before_next_round = until is None or model.created_at < until
        if is_before_next_round and model.created_at >= after:
            return model
    return None


def _moment_of(labeled_tags: list[Tag], back: Rows) -> int | None:
    moments = [tag.created_at for tag in labeled_tags if np.isin(back, tag.rows, assume_unique=True).any()]
    return max(moments, default=None)
