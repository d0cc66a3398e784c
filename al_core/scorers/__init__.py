from al_core.scorers.classification import ScorerClassification
from al_core.scorers.detection import ScorerObjectDetection
from al_core.scorers.keypoint_detection import ScorerKeypointDetection
from al_core.scorers.scorer import Scorer
from al_core.scorers.semantic_segmentation import ScorerSemanticSegmentation

SCORERS: dict[str, type[Scorer]] = {
    "classification": ScorerClassification,
    "object-detection": ScorerObjectDetection,
    "semantic-segmentation": ScorerSemanticSegmentation,
    "keypoint-detection": ScorerKeypointDetection,
}
"""The scorer of each task; a new task is one file and one line here."""

__all__ = [
    "SCORERS",
    "Scorer",
    "ScorerClassification",
    "ScorerKeypointDetection",
    "ScorerObjectDetection",
    "ScorerSemanticSegmentation",
]
