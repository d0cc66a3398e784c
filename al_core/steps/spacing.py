"""How many samples a minimum distance leaves to select, before a selection is run."""

from typing import TYPE_CHECKING

from al_core.config import SelectionConfig
from al_core.evaluation import SpacingCurve, spacing_curve
from al_core.exceptions import MissingInputError
from al_core.steps.selection_plan import SelectionInputs, SelectionPlan

if TYPE_CHECKING:
    from al_core.store import Dataset


def spacing(dataset: "Dataset", inputs: SelectionInputs) -> SpacingCurve:
    """Return how many new samples each minimum distance keeps.

    Raises:
        MissingInputError: If the dataset has no embedding to measure distances in.
    """
    # Any method that measures distances: only the rows and the embedding of the request are used.
    request = SelectionPlan.of(dataset, SelectionConfig("CORESET", seed=0), inputs).request()
    if request.embeddings is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding to measure distances in; add one first")
    return spacing_curve(request.embeddings, request.query_rows, request.labeled_rows)
