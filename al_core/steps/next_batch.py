"""The images to label next when nobody says how to choose them: what the dashboard proposes before it is asked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.steps.reserve import read_reserve
from al_core.steps.row_sets import NO_ROWS, union, without
from al_core.steps.scores import current_scores, preferred_first
from al_core.steps.selection_plan import SelectionInputs, SelectionPlan
from al_core.store.kinds import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

BATCH_SIZE = 32
"""As many as one person labels in an hour."""

SEED = 0
"""The batch that is shown is the one that is stored, so it has to be drawn alike."""

_REASONS = {
    SamplingMethod.CORAL: "the model is unsure of them, and they look unlike each other and what is labeled",
    SamplingMethod.CORESET: "they differ most from each other and from what is labeled",
    SamplingMethod.ACTIVE_LEARNING: "the model is least sure of them",
    SamplingMethod.RANDOM: "they are drawn at random: there are neither scores nor embeddings to choose by",
}


@dataclass(frozen=True, eq=False)
class NextBatch:
    """A selection that is proposed, and not stored.

    Attributes:
        config: With it `workflow.run_selection` picks just these rows.
        rows: In the order picked.
        mean_score: Their mean score, or None if the method uses none.
        mean_score_left: That of everything the method may pick from.
    """

    config: SelectionConfig
    rows: Rows
    mean_score: float | None
    mean_score_left: float | None

    @property
    def reason(self) -> str:
        """Why these, as the end of a sentence."""
        return _REASONS[self.config.method]


def next_batch(dataset: "Dataset", n_new: int = BATCH_SIZE) -> NextBatch | None:
    """Return the images to label next, or None if none is left.

    CORAL where there are scores and embeddings; otherwise what can be done with what there is.

    Args:
        dataset: On this machine.
        n_new: How many; fewer if fewer are left.
    """
    config = batch_config(dataset, n_new)
    if config is None:
        return None
    rows = SelectionPlan.of(dataset, config, SelectionInputs()).request().select()
    if config.score_name is None:
        return NextBatch(config, rows, mean_score=None, mean_score_left=None)
    score = dataset.arrays.get(Kind.SCORE, config.score_name)
    picked_scores = dataset.arrays.read_rows(score, rows)
    scores_left = dataset.arrays.read_rows(score, _candidates(dataset))
    return NextBatch(
        config,
        rows,
        mean_score=float(np.mean(picked_scores)),
        mean_score_left=float(np.mean(scores_left)),
    )


def batch_config(dataset: "Dataset", n_new: int = BATCH_SIZE) -> SelectionConfig | None:
    """Return how the images to label next are selected, or None if none is left; arguments as for `next_batch`."""
    left = _candidates(dataset)
    if not len(left):
        return None
    scores = {score.name: score for score in current_scores(dataset)}
    # A score that some images lack would refuse the method.
    complete = (name for name in preferred_first(scores) if _is_complete(dataset, name, left))
    name = next(complete, None)
    chosen = SelectionInputs().chosen(dataset)
    has_embedding = bool(dataset.arrays.all(Kind.EMBEDDING))
    return SelectionConfig(
        _method(has_score=name is not None, has_embedding=has_embedding),
        # `n_samples` is the total: what was chosen before counts in.
        len(chosen) + min(n_new, len(left)),
        name=dataset.free_tag_name("al-iteration-"),
        score_name=name,
        seed=SEED,
    )


def count_left(dataset: "Dataset") -> int:
    """Return how many images are neither labeled nor with labelers, nor set aside for testing."""
    return len(_candidates(dataset))


def _candidates(dataset: "Dataset") -> Rows:
    reserve = read_reserve(dataset)
    barred = reserve.barred if reserve else NO_ROWS
    unavailable = union([SelectionInputs().chosen(dataset), barred])
    return without(np.arange(dataset.n_samples), unavailable)


def _is_complete(dataset: "Dataset", score: str, rows: Rows) -> bool:
    stored = dataset.arrays.find(Kind.SCORE, score)
    return stored is not None and not np.isnan(dataset.arrays.read_rows(stored, rows)).any()


def _method(*, has_score: bool, has_embedding: bool) -> SamplingMethod:
    if has_score:
        return SamplingMethod.CORAL if has_embedding else SamplingMethod.ACTIVE_LEARNING
    return SamplingMethod.CORESET if has_embedding else SamplingMethod.RANDOM
