"""What a selection picked: what it covers, what its limits cost, why each row, and how to change it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from al_core.steps.selections import Selection
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.evaluation import Card, PickReason
    from al_core.steps.edit_pick import Edit
    from al_core.steps.limit_costs import GroupCounts, LimitCost
    from al_core.store import Dataset


def selection_card(dataset: "Dataset", selection: Selection) -> "Card":
    """Return what a selection covers beside 20 RANDOM draws of the same size; computed once and stored with it.

    Raises:
        MissingInputError: If the selection picked nothing, or what it was made from is gone.
    """
    from al_core.steps import card

    return card.selection_card(dataset, selection)


def limit_costs(dataset: "Dataset", selection: Selection, *, progress: Progress | None = None) -> "list[LimitCost]":
    """Return what each limit of a selection costs in coverage: it is selected again without it, and nothing is stored.

    Raises:
        MissingInputError: If what the selection was made from is gone, or it was made without an embedding.
    """
    from al_core.steps import limit_costs as step

    return step.limit_costs(dataset, selection, progress)


def group_counts(dataset: "Dataset", selection: Selection) -> "list[GroupCounts]":
    """Return how many images of each class and group are in the pool, in a selection, and in RANDOM's draws.

    Raises:
        MissingInputError: If what the selection was made from is gone.
    """
    from al_core.steps import limit_costs as step

    return step.group_counts(dataset, selection)


def explain_selection(dataset: "Dataset", selection: Selection) -> "list[PickReason]":
    """Return why each row of a selection was picked, in the order of picking; test rows are left out.

    Raises:
        MissingInputError: If what the selection was made from is gone.
    """
    from al_core.steps import reasons

    return reasons.explain_selection(dataset, selection)


def next_best(dataset: "Dataset", selection: Selection, edits: "Sequence[Edit]", row: int) -> "Edit":
    """Return the edit that puts the next best image in the place of one: what the method picks after all that stay.

    Raises:
        InvalidInputError: If the image is a test sample or not in the selection, or nothing else may be picked.
        MissingInputError: If what the selection was made from is gone.
    """
    from al_core.steps import edit_pick

    return edit_pick.swap(dataset, selection, edits, row)


def edit_selection(dataset: "Dataset", selection: Selection, edits: "Sequence[Edit]", *, name: str) -> Selection:
    """Store a selection as edits leave it under another name; the one before stays, so deleting the new tag undoes it.

    Raises:
        InvalidInputError: If an edit names what may not be picked, or nothing is left.
        NotAllowedError: If labelers have the selection.
        AlreadyExistsError: If a tag of the name exists.
    """
    from al_core.steps import edit_pick

    return edit_pick.store_edited(dataset, selection, edits, name)
