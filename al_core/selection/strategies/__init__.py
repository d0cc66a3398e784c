"""What `al_core.selection.combine` multiplies, one strategy a file.

A strategy has a `strength`, the exponent of its objective in the product, and one of
`objective(rows)`, a value above or equal to 0 for each row, higher is better (weights, typicality, similarity);
`allows(rows)`, which rows may be picked at all (threshold);
or a say that changes with every pick (diversity, balance), which `combine` knows by name.
"""

from al_core.selection.strategies.balance import Balance
from al_core.selection.strategies.diversity import Diversity
from al_core.selection.strategies.similarity import Similarity
from al_core.selection.strategies.threshold import Threshold
from al_core.selection.strategies.typicality import Typicality
from al_core.selection.strategies.weights import Weights

__all__ = ["Balance", "Diversity", "Similarity", "Threshold", "Typicality", "Weights"]
