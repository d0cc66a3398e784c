"""What pages say when a dataset was made or came back, with the way to take it back."""

from ui import state
from ui.undo import offer_undo_of_storing

TAKES_BACK_DATASET = "Deletes the dataset again; it can be brought back for a while, and image files stay"


def say_made(dataset_id: str, sentence: str) -> None:
    """Say that a dataset of this machine is there, with a button that deletes it again.

    Args:
        dataset_id: Its id.
        sentence: What was done, without a period.
    """
    offer_undo_of_storing(sentence, lambda: take_back_dataset(dataset_id))


def take_back_dataset(dataset_id: str) -> None:
    """Delete a dataset that was made by mistake, and leave it if it is the open one."""
    state.local_workspace().delete_dataset(dataset_id)
    # The next run would otherwise ask for one that is gone.
    if state.is_dataset_gone():
        state.close_dataset()
