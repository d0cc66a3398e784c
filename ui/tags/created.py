"""What pages say when a tag was made."""

from al_core.store import Dataset, Tag
from ui.messages import notify
from ui.undo import offer_undo_of_storing


def say_created(dataset: Dataset, tag: Tag, sentence: str) -> None:
    """Say that a tag was made, with a button that takes it back; not on a server, which is asked for each step."""
    if dataset.server:
        notify(sentence)
    else:
        offer_undo_of_storing(sentence, lambda: dataset.delete_tag(tag))
