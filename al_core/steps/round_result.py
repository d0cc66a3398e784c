"""A round with what its model achieves on the test labels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Refusal, Statistic
from al_core.steps.judges import JUDGES, Judge, Judgment
from al_core.steps.judges.remembered import remembered_gain, remembered_judgment
from al_core.steps.labels import TaskLabels
from al_core.steps.rounds import Round
from al_core.steps.shared_classes import unjudgeable
from al_core.store.models import Model

if TYPE_CHECKING:
    from al_core.store import Dataset

NO_MODEL = "drop the predictions of a model trained after this round"
NO_SHARE = "no test share was used: nothing was drawn at random to measure accuracy on"


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A round with what its model achieves.

    Attributes:
        round: The round.
        judgment: How its model does on all test labels there are.
        cost: What its labels cost, those that are not back yet included; None without prices.
    """

    round: Round
    judgment: Judgment
    cost: float | None

    @property
    def accuracy(self) -> Statistic:
        """The figure that models of the task are measured by, or why there is none."""
        return self.judgment.accuracy

    @property
    def outcomes(self) -> NDArray[np.float64] | None:
        """(T,) how the model does on each test label; None without a model, or where the figure is no mean of them."""
        return self.judgment.outcomes


@dataclass(frozen=True, eq=False)
class RoundJudge:
    """Judges the models of rounds, each of them once.

    Attributes:
        dataset: Whose models they are.
        task: What they predict.
        labels: What counts of all labels for the task.
        judge: The judge of the task with the test labels; None without a test share, or if nobody judges the task.
    """

    dataset: "Dataset"
    task: str
    labels: TaskLabels
    judge: Judge | None

    def judgment(self, model: Model | None) -> Judgment:
        """Return how a model does on all test labels there are, or why nobody knows."""
        if model is None:
            return Judgment(Refusal(NO_MODEL))
        if model.task != self.task or self.task not in JUDGES:
            reason = f"no accuracy is measured for {model.task.replace('-', ' ')}"
            if model.task in JUDGES:
                reason += f" beside {self.task.replace('-', ' ')}"
            return Judgment(Refusal(reason))
        if self.judge is None:
            return Judgment(Refusal(NO_SHARE))
        unlike = unjudgeable(model, self.labels.labels.class_names)
        if unlike:
            return Judgment(Refusal(unlike, len(self.judge.rows)))
        return remembered_judgment(self.dataset, self.judge, model)

    def gain(self, before: Model, after: Model) -> Statistic:
        """Return by how much a later model does better; both were judged, with a figure."""
        assert self.judge
        return remembered_gain(self.dataset, self.judge, before, after)


def judged_rounds(results: tuple[RoundResult, ...]) -> list[RoundResult]:
    """Return the rounds with a figure by rising training labels; of models trained on as many the last one counts."""
    by_labels = {
        result.round.n_training: result for result in results if result.accuracy.speaks and result.round.n_training
    }
    return [by_labels[n_training] for n_training in sorted(by_labels)]
