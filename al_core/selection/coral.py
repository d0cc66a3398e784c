"""CORAL: diversity and uncertainty together."""

import numpy as np

from al_core.selection.herding import select_herding
from al_core.selection.limited import pick_farthest
from al_core.selection.request import Request
from al_core.types import Rows


def select_coral(request: Request) -> Rows:
    """Return the rows that cover the uncertain data best, or those of the highest product; see `SelectionConfig`."""
    return select_herding(request) if request.config.coral == "herding" else select_product(request)


def select_product(request: Request) -> Rows:
    """Return the rows of the highest score^strength times distance to the nearest chosen row, one after the other.

    With nothing labeled the highest score comes first. The rule is the one Lightly publishes for combining strategies
    (docs.lightly.ai, selection strategy combination).
    """
    # Distances are squared, so the scores are too.
    weights = request.scores() ** (2 * request.config.strength)
    return pick_farthest(request, weights.astype(np.float32))
