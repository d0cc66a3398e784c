"""A selection edited by hand before it is exported: images left out, or swapped for the next best."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import InvalidInputError, NotAllowedError
from al_core.steps.resolved import names_something, pack
from al_core.steps.row_sets import union, without
from al_core.steps.selections import Selection, SelectionRequest, selection_of
from al_core.steps.stored_pool import stored_request
from al_core.store.records import TagOrigin
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

EDITED = "edited"
"""The operation of a selection that was edited; its provenance names the one before, and says what was changed."""


@dataclass(frozen=True)
class Edit:
    """One change of a selection.

    Attributes:
        row: Leaves the selection.
        replacement: Takes its place; None leaves it out.
    """

    row: int
    replacement: int | None = None


def edited_rows(rows: Rows, edits: Sequence[Edit]) -> Rows:
    """Return the rows after some edits, each place kept.

    Examples:
        >>> edited_rows(np.array([5, 3, 9]), [Edit(3, replacement=7), Edit(5)]).tolist()
        [7, 9]
    """
    ordered: list[int | None] = list(rows.tolist())
    # A request may have 10,000 edits of a large selection: none of them looks through all rows.
    place_of: dict[int, int] = {row: place for place, row in enumerate(rows.tolist())}
    for edit in edits:
        if edit.row not in place_of:
            raise InvalidInputError(f"row {edit.row} is not in the selection; it has {len(place_of)} rows")
        place = place_of.pop(edit.row)
        ordered[place] = edit.replacement
        if edit.replacement is not None:
            place_of[edit.replacement] = place
    return np.array([row for row in ordered if row is not None], np.int64)


def swap(dataset: "Dataset", selection: Selection, edits: Sequence[Edit], row: int) -> Edit:
    """Return the edit that puts the next best in the place of a row: what the method picks after all that stay.

    Goals and limits hold; a budget does not, because one image takes the place of another.

    Args:
        dataset: Whose selection it is.
        selection: As it was made.
        edits: What was changed already; what left does not come back.
        row: One of the rows that the edits leave.

    Raises:
        InvalidInputError: If the row is a test sample or not in the selection, or nothing else may be picked.
        MissingInputError: If what the selection was made from is gone.
    """
    if dataset.server:
        edit: Edit = dataset.server.next_best(selection.tag, edits, row)
        return edit
    source = stored_request(dataset, selection)
    rows = _checked_rows(selection, edits, source)
    _check(selection, set(rows.tolist()), row)
    left = np.array([*(edit.row for edit in edits), row], np.int64)
    stay = np.setdiff1d(edited_rows(selection.picked_rows, edits), [row])
    # To the method the rows that stay are labeled: it keeps its distance from them and picks one more.
    labeled = union([source.labeled_rows, stay])
    config = replace(source.config, n_samples=len(labeled) + 1, test_share=0.0, test_groups=None, budget=None)
    query = without(source.query_rows, left)
    if not len(without(query, labeled)):
        raise InvalidInputError("no other image is left to take its place: leave it out instead")
    picked = replace(source, config=config, query_rows=query, labeled_rows=labeled).select()
    if not len(picked):
        raise InvalidInputError("the limits allow no other image in its place: leave it out instead")
    return Edit(row, int(picked[0]))


def store_edited(dataset: "Dataset", selection: Selection, edits: Sequence[Edit], name: str) -> Selection:
    """Store a selection as edits leave it, under a name of its own; the one before stays as it is.

    Raises:
        InvalidInputError: If there is no edit, one names what may not be picked, or nothing is left.
        NotAllowedError: If labelers have the selection.
        AlreadyExistsError: If a tag of the name exists.
    """
    if dataset.server:
        return selection_of(dataset, dataset.server.edit_selection(selection.tag, edits, name))
    tag = selection.tag
    if tag.is_sent:
        raise NotAllowedError(f"labelers have '{tag.name}': release it before it is edited")
    source = stored_request(dataset, selection)
    rows = _checked_rows(selection, edits, source)
    if not edits or not len(rows):
        raise InvalidInputError("change something, and leave at least one image")
    before = np.setdiff1d(tag.rows, selection.added_rows)
    picked = np.setdiff1d(rows, selection.test_rows)
    provenance = replace(
        tag.provenance,
        operation=EDITED,
        tags=(tag.name,),
        filters=tuple(_in_words(dataset, edit) for edit in edits),
        quality=source.quality(picked),
        # A draft again: nobody has the edited list yet.
        sent_at=None,
        released_at=None,
    )
    labeled = dataset.find_tag_by_id(tag.labeled_tag_id)
    origin = TagOrigin(
        parent=labeled,
        query=dataset.find_tag_by_id(tag.query_tag_id),
        labeled=labeled,
        provenance=provenance,
        order=rows,
        resolved=pack(source.names) if names_something(selection.config) else None,
    )
    return selection_of(dataset, dataset.create_tag(name, union([before, rows]), origin))


def _checked_rows(selection: Selection, edits: Sequence[Edit], source: SelectionRequest) -> Rows:
    """Return the rows that edits leave, if each of them is one that could be made."""
    rows: set[int] = set(selection.added_rows.tolist())
    allowed: set[int] = set(without(source.allowed_rows, source.labeled_rows).tolist())
    # One after the other, because a replacement may itself be replaced later.
    for edit in edits:
        _check(selection, rows, edit.row)
        if edit.replacement is not None and edit.replacement not in allowed:
            raise InvalidInputError(f"row {edit.replacement} cannot take a place: the selection could not pick it")
        if edit.replacement is not None and edit.replacement in rows:
            raise InvalidInputError(f"row {edit.replacement} is in the selection already")
        rows.remove(edit.row)
        if edit.replacement is not None:
            rows.add(edit.replacement)
    return edited_rows(selection.added_rows, edits)


def _check(selection: Selection, rows: Set[int], row: int) -> None:
    if row in selection.test_rows:
        raise InvalidInputError("this image was drawn for testing: without it accuracy would not be honest; keep it")
    if row not in rows:
        raise InvalidInputError(f"row {row} is not in the selection; it has {len(rows)} rows")


def _in_words(dataset: "Dataset", edit: Edit) -> str:
    if edit.replacement is None:
        [name] = dataset.filenames(np.array([edit.row]))
        return f"without {name}"
    name, replacement = dataset.filenames(np.array([edit.row, edit.replacement]))
    return f"{replacement} in place of {name}"
