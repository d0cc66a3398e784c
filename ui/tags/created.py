"""What pages say when a tag was made."""

from al_core.store import Dataset, Tag
from ui.undo import say_changed


def say_created(dataset: Dataset, tag: Tag, sentence: str) -> None:
    """Say that a tag was made, with a button that takes it back; not on a server, which is asked for each step."""
    say_changed(dataset, sentence, lambda: dataset.delete_tag(tag))
