"""What `al_core.selection.combine` multiplies, one strategy per file; see `Strategy` for what each may say."""

from al_core.selection.strategies.balance import Balance
from al_core.selection.strategies.base import Changing, Strategy
from al_core.selection.strategies.diversity import Diversity
from al_core.selection.strategies.similarity import Similarity
from al_core.selection.strategies.threshold import Threshold
from al_core.selection.strategies.typicality import Typicality
from al_core.selection.strategies.weights import Weights

__all__ = ["Balance", "Changing", "Diversity", "Similarity", "Strategy", "Threshold", "Typicality", "Weights"]
