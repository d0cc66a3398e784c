"""What pages say when a selection was stored, with the way to take it back."""

from al_core.steps.chosen import added_rows
from al_core.steps.take_back import take_back_selection
from al_core.store import Dataset, Tag
from al_core.text import counted
from ui import selection_jobs, state
from ui.undo import say_changed


def say_selected(dataset: Dataset, tag: Tag, noun: str = "image") -> None:
    """Say that a selection was stored, with a button that takes it back.

    With its tag go that it was sent, and its round, which is read from the tag.
    """
    dataset_id = dataset.id
    say_changed(
        dataset,
        f"Selected {counted(len(added_rows(dataset, tag)), noun)} as “{tag.name}”",
        lambda: take_back_selection(state.local_workspace().dataset(dataset_id), tag),
    )


def say_own_selections() -> None:
    """Say which selections have ended that this session began, on whatever page somebody is by then."""
    for dataset, tag_id in selection_jobs.ended():
        # Somebody else may have deleted it already, or the whole dataset.
        tag = dataset.find_tag_by_id(tag_id)
        if tag:
            say_selected(dataset, tag)
