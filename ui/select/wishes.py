"""What the form holds beside numbers: the method, goals, limits and budget of a dataset's next selection."""

from dataclasses import dataclass, field, replace
from typing import Literal

import streamlit as st

from al_core.config import Budget, Goal, Limit, SamplingMethod
from al_core.store import Dataset
from ui.session import Key

Part = Literal["goals", "limits"]


@dataclass(frozen=True)
class Slot:
    """A goal or a limit on the page.

    Attributes:
        number: Tells it from the others, in the keys of its widgets.
        kind: Its key in `GOAL_FORMS` or `LIMIT_FORMS`.
        record: What it says; None until it says something that can be used.
    """

    number: int
    kind: str
    record: Goal | Limit | None = None


@dataclass(frozen=True)
class Wishes:
    """What the next selection of a dataset should like, must obey and may cost.

    Attributes:
        method: None as long as nobody chose one.
        goals: In the order they were added.
        limits: The same.
        budget: None for none.
        is_budget_alone: Whether the budget alone says when to stop.
        skips_near_duplicates: Whether images keep a minimum distance.
        n_slots: How many slots there have been.
    """

    method: SamplingMethod | None = None
    goals: tuple[Slot, ...] = ()
    limits: tuple[Slot, ...] = ()
    budget: Budget | None = None
    is_budget_alone: bool = False
    skips_near_duplicates: bool = False
    # Numbers are not used twice, since a widget keeps what it said under its key. Not compared: wishes are the same
    # however often something was added and removed.
    n_slots: int = field(default=0, compare=False)

    def slots(self, part: Part) -> tuple[Slot, ...]:
        """Return the slots of goals or limits."""
        return self.goals if part == "goals" else self.limits

    def adding(self, part: Part, kind: str, record: Goal | Limit | None = None) -> "Wishes":
        """Return the wishes with one more goal or limit."""
        slots = (*self.slots(part), Slot(self.n_slots, kind, record))
        return replace(self._with(part, slots), n_slots=self.n_slots + 1)

    def without(self, part: Part, number: int) -> "Wishes":
        """Return the wishes without a slot."""
        return self._with(part, tuple(slot for slot in self.slots(part) if slot.number != number))

    def saying(self, part: Part, number: int, record: Goal | Limit | None) -> "Wishes":
        """Return the wishes with another record in a slot."""
        slots = (replace(slot, record=record) if slot.number == number else slot for slot in self.slots(part))
        return self._with(part, tuple(slots))

    @property
    def records(self) -> tuple[tuple[Goal | Limit | None, ...], tuple[Goal | Limit | None, ...]]:
        """What goals and limits say."""
        return tuple(slot.record for slot in self.goals), tuple(slot.record for slot in self.limits)

    def _with(self, part: Part, slots: tuple[Slot, ...]) -> "Wishes":
        return replace(self, goals=slots) if part == "goals" else replace(self, limits=slots)


def wishes_of(dataset: Dataset) -> Wishes:
    """Return the wishes for a dataset's next selection."""
    wishes: Wishes = st.session_state.get(Key.WISHES, {}).get(dataset.id, Wishes())
    return wishes


def store_wishes(dataset: Dataset, wishes: Wishes) -> None:
    """Make these the wishes for a dataset's next selection."""
    st.session_state.setdefault(Key.WISHES, {})[dataset.id] = wishes
