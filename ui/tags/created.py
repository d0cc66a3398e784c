"""What pages say when a tag was made."""

from al_core.store import Dataset, Tag
from al_core.text import counted
from ui.undo import say_changed


def say_created(dataset: Dataset, tag: Tag, more: str = "") -> None:
    """Say that a tag was made, with a button that takes it back; not on a server, which is asked for each step."""
    sentence = f"Created “{tag.name}” with {counted(tag.size, 'image')}{more}"
    say_changed(dataset, sentence, lambda: dataset.delete_tag(tag))
