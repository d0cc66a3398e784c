"""Editing the pick before it is exported: leave an image out, swap it for the next best, undo, and store it."""

from dataclasses import replace

import streamlit as st

from al_core import workflow
from al_core.exceptions import ALCoreError
from al_core.steps.edit_pick import Edit, edited_rows
from al_core.store import Dataset
from al_core.text import counted
from ui.clicks import clicked
from ui.dialogs import close_dialog
from ui.messages import errors_explained, show_error
from ui.reruns import rerun
from ui.session import Key
from ui.undo import say_changed
from ui.visitor import obstacle


def edits_of(selection: workflow.Selection) -> tuple[Edit, ...]:
    """Return what was changed on this page and is not stored."""
    edits: tuple[Edit, ...] = st.session_state.get(Key.EDITS, {}).get(selection.tag.id, ())
    return edits


def as_edited(selection: workflow.Selection) -> workflow.Selection:
    """Return a selection with the rows that the edits leave."""
    return replace(selection, added_rows=edited_rows(selection.added_rows, edits_of(selection)))


def edit_buttons(dataset: Dataset, selection: workflow.Selection, row: int) -> None:
    """Draw, about one image of a selection, what can be done with it before it is exported."""
    reason = obstacle(_hindrance(selection, row))
    with st.container(horizontal=True, gap="xsmall"):
        is_left_out = clicked(
            "Leave out",
            key=f"leave-out-{row}",
            icon=":material/remove_circle:",
            reason=reason,
            hint="Takes it out of the selection; you can undo it: `workflow.edit_selection`",
        )
        is_swapped = clicked(
            "Swap for the next best",
            key=f"swap-{row}",
            icon=":material/swap_horiz:",
            reason=reason,
            hint="What the method picks after all that stay takes its place",
        )
    try:
        if is_left_out:
            _remember(selection, Edit(row))
        if is_swapped:
            with st.spinner("Looking for the next best…"):
                _remember(selection, workflow.next_best(dataset, selection, edits_of(selection), row))
    except ALCoreError as error:
        show_error(str(error))
        return
    if is_left_out or is_swapped:
        close_dialog()
        rerun()


def show_edits(dataset: Dataset, selection: workflow.Selection) -> None:
    """Say what was changed, with the ways to undo it and to store it."""
    edits = edits_of(selection)
    if not edits:
        return
    n_out = sum(edit.replacement is None for edit in edits)
    parts = [f"{counted(n_out, 'image')} left out"] if n_out else []
    parts += [f"{counted(len(edits) - n_out, 'image')} swapped"] if len(edits) > n_out else []
    reason = obstacle()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/edit: Not stored yet: {' and '.join(parts)}.", width="stretch")
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=lambda: _store(selection, edits[:-1]),
            help="Undoes the last change",
        )
        is_stored = clicked(
            "Store the edited selection",
            key="store-edited",
            is_next=True,
            icon=":material/save:",
            reason=reason,
            hint="Under a name of its own, to be downloaded; this one stays as it is",
        )
    if is_stored:
        with errors_explained():
            edited = workflow.edit_selection(
                dataset, selection, edits, name=dataset.free_tag_name(f"{plain_end(selection.tag.name)}-edited-")
            )
            _store(selection, ())

            def undo() -> None:
                dataset.delete_tag(edited.tag)
                # Back on the page too, as if nothing had been stored.
                _store(selection, edits)

            say_changed(dataset, f"Stored as “{edited.tag.name}”", undo)
            rerun()


def _hindrance(selection: workflow.Selection, row: int) -> str | None:
    if selection.tag.is_sent:
        return "Labelers have this selection: release it first"
    if row in selection.test_rows:
        return "Drawn at random for testing: without it accuracy would not be honest"
    return None


def _remember(selection: workflow.Selection, edit: Edit) -> None:
    _store(selection, (*edits_of(selection), edit))


def _store(selection: workflow.Selection, edits: tuple[Edit, ...]) -> None:
    st.session_state.setdefault(Key.EDITS, {})[selection.tag.id] = edits


def plain_end(name: str) -> str:
    """Return a name without the end that an earlier edit gave it.

    Examples:
        >>> plain_end("al-iteration-2-edited-3")
        'al-iteration-2'
    """
    base, separator, number = name.rpartition("-edited-")
    # A name has at most 200 characters: these leave room for the next end.
    return (base if separator and number.isdigit() else name)[:180]
