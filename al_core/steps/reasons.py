"""Why a stored selection picked each of its samples."""

from typing import TYPE_CHECKING

from al_core.evaluation import PickReason, explain
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.selections import Selection
from al_core.steps.stored_pool import StoredPool

if TYPE_CHECKING:
    from al_core.store import Dataset


def explain_selection(dataset: "Dataset", selection: Selection) -> list[PickReason]:
    """Return why each row was picked, in the order of picking; test rows, which were drawn at random, are left out.

    Raises:
        MissingInputError: If what the selection was made from is gone, or cannot be measured.
    """
    if dataset.server:
        return dataset.server.reasons(selection.tag)
    pool = StoredPool.of(dataset, selection).pool
    try:
        return explain(pool, selection.picked_rows, seed=selection.config.seed or 0)
    except InvalidInputError as error:
        raise MissingInputError(f"the picks cannot be compared with each other: {error}") from error
