from al_core.scorers.classification import ScorerClassification
from al_core.scorers.detection import ScorerObjectDetection
from al_core.scorers.keypoint_detection import ScorerKeypointDetection
from al_core.scorers.multi_label import ScorerMultiLabel
from al_core.scorers.score import Score
from al_core.scorers.scorer import Scorer
from al_core.scorers.semantic_segmentation import ScorerSemanticSegmentation

SCORERS: dict[str, type[Scorer]] = {
    "classification": ScorerClassification,
    "object-detection": ScorerObjectDetection,
    "semantic-segmentation": ScorerSemanticSegmentation,
    "keypoint-detection": ScorerKeypointDetection,
    "multi-label-classification": ScorerMultiLabel,
}
"""The scorer of each task; a new task is one file and one line here."""


def score_named(name: str, task: str | None = None) -> Score | None:
    """Return what the score of that name is, or None if it comes from none of the `SCORERS`.

    Args:
        name: Its name.
        task: The task of the predictions: the same name means another formula in segmentation. By default the first
            scorer that has such a score.

    Examples:
        >>> score_named("uncertainty_margin").title
        'Margin'
        >>> score_named("uncertainty_margin", "semantic-segmentation").formula
        'mean over all pixels: 1 − (p₁ − p₂), with p₁ and p₂ the two highest probabilities'
    """
    scorers = [SCORERS[task]] if task in SCORERS else SCORERS.values()
    return next((score for scorer in scorers for score in scorer.scores if score.name == name), None)


def score_title(name: str) -> str:
    """Return what people read for a score: its title, or its name if it comes from none of the `SCORERS`.

    Examples:
        >>> score_title("uncertainty_least_confidence"), score_title("my_score")
        ('Least confidence', 'my_score')
    """
    score = score_named(name)
    return score.title if score else name


__all__ = [
    "SCORERS",
    "Score",
    "Scorer",
    "ScorerClassification",
    "ScorerKeypointDetection",
    "ScorerMultiLabel",
    "ScorerObjectDetection",
    "ScorerSemanticSegmentation",
    "score_named",
    "score_title",
]
