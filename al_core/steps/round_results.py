"""What rounds bought: each model's accuracy on the test labels, the curve through them, and when to stop."""

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import (
    ClaimNeed,
    Corrections,
    Forecast,
    LearningCurve,
    Refusal,
    Sign,
    Statistic,
    StopAdvice,
    claim_need,
    forecast,
    share_interval,
    stability_sign,
    target_sign,
    unpriced_value_sign,
    value_sign,
)
from al_core.exceptions import MissingInputError
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.answers import compare_models
from al_core.steps.corrections import round_corrections
from al_core.steps.judges import JUDGES, Judge, find_judge
from al_core.steps.judges.classes import ClassJudge
from al_core.steps.labels import TaskLabels, label_tasks, labels_for
from al_core.steps.reserve import StoredReserve, read_reserve
from al_core.steps.round_gains import Baseline, find_baseline, gain_text, last_gain
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import RoundJudge, RoundResult, judged_rounds
from al_core.steps.rounds import Round, RoundState, read_rounds
from al_core.steps.row_sets import NO_ROWS
from al_core.text import capitalized, counted
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True, eq=False)
class RoundsReport:
    """What all rounds of a dataset bought.

    Attributes:
        results: One for each round, the oldest first.
        task: What the models predict.
        measure: What accuracy is called in this task.
        class_measures: What the figures of a class are called.
        n_tests: How many test labels there are.
        n_reserve: How many rows of the reserve are not labeled yet.
        n_next: How many training labels the next batch is expected to bring: as many as the last one.
        forecast: What the curve says about the labels to come.
        advice: The three signs and two verdicts.
        claim: How many test labels it takes to claim the target.
        baseline: Where the project began; None before a later model is judged.
        corrections: How often models were wrong on chosen images and on the test images beside them.
    """

    results: tuple[RoundResult, ...]
    task: str
    measure: str
    class_measures: tuple[str, ...]
    n_tests: int
    n_reserve: int
    n_next: int
    forecast: Forecast
    advice: StopAdvice
    claim: ClaimNeed
    baseline: Baseline | None
    corrections: Corrections

    @property
    def newest_accuracy(self) -> Statistic:
        """How the newest model does; of the newest round, if none has a model."""
        newest_first = [*reversed(self.results)]
        return next((result.accuracy for result in newest_first if result.round.model), newest_first[0].accuracy)

    @property
    def n_tests_out(self) -> int:
        """How many test samples are in a round and have no label yet."""
        rounds = [result.round for result in self.results if result.round.state is not RoundState.RELEASED]
        return sum(len(np.intersect1d(each.missing_rows, each.test_rows)) for each in rounds)

    @property
    def n_tests_to_choose(self) -> int:
        """How many test samples a batch should have: what the claim still lacks, as far as the reserve goes."""
        n_more = (self.claim.n_more or 0) - self.n_tests_out
        return max(0, min(n_more, self.n_reserve - self.n_tests_out))

    def gains_text(self) -> str:
        """Return what the last labels and all of them bought, and what choosing did. Empty before anybody can tell."""
        texts = []
        if sum(result.accuracy.speaks for result in self.results) > 1:
            texts.append(f"The last round: {gain_text(self.forecast.last_gain)}")
        if self.baseline:
            texts.append(f"Since “{self.baseline.model.name}”: {gain_text(self.baseline.gain)}")
        if self.corrections.speaks:
            texts.append(f"Against RANDOM: {self.corrections.text()}")
        return "".join(f"{text}. " for text in texts).rstrip()

    def reach_text(self) -> str:
        """Return what more test labels would bring: the claim of the target, or a first figure. Empty if nothing."""
        claim = self.claim
        if not claim.n_more:
            return ""
        n_left = f"{claim.n_reserve:,}"
        more = counted(claim.n_more, "more test label")
        if claim.narrowest.speaks:
            text = f"To claim the target takes {more}; {n_left} are left in the reserve"
            return f"{text}." if claim.fits_reserve else f"{text}, which would give {claim.narrowest.text()}."
        out = f" ({self.n_tests_out:,} of them in rounds that are not back)" if self.n_tests_out else ""
        text = f"{capitalized(self.measure)} is shown after {more}{out}; the reserve has {n_left} left"
        return f"{text}." if claim.fits_reserve else f"{text}, and grows by a tenth of all images that are added later."


def report_rounds(dataset: "Dataset", plan: RoundPlan) -> RoundsReport:
    """Return what the rounds of a dataset bought, with a forecast and the signs to stop."""
    rounds = read_rounds(dataset)
    task = _task(dataset, rounds)
    labels = labels_for(dataset, task)
    reserve = read_reserve(dataset)
    judge = find_judge(dataset, task, labels, reserve) if reserve else None
    round_judge = RoundJudge(dataset, task, labels, judge)
    results = tuple(_result(round_judge, each, plan) for each in rounds)
    n_next = _n_next(rounds)
    predicted = _forecast(round_judge, results, plan, n_next)
    newest_first = (result.accuracy for result in reversed(results) if result.round.model)
    # Without any model this is the refusal that there are no test labels yet.
    last = next(newest_first, share_interval(0, 0))
    if last.speaks and task != CLASSIFICATION:
        # How many labels a claim takes is known for shares of right answers alone.
        last = Refusal(f"claims are worked out for classes of whole images so far, not for {JUDGES[task].measure}")
    n_reserve = _count_unlabeled(judge, reserve)
    return RoundsReport(
        results,
        task,
        measure=JUDGES.get(task, ClassJudge).measure,
        class_measures=judge.class_measures if judge else (),
        n_tests=len(judge.rows) if judge else 0,
        n_reserve=n_reserve,
        n_next=n_next,
        forecast=predicted,
        advice=_advice(dataset, results, reserve, predicted, plan, n_next),
        claim=claim_need(last, plan.target, n_reserve),
        baseline=find_baseline(round_judge, results),
        corrections=round_corrections(dataset, task, labels, rounds, reserve),
    )


def _count_unlabeled(judge: Judge | None, reserve: StoredReserve | None) -> int:
    if judge is not None:
        return len(judge.unlabeled)
    # No test label counts for a task that has no judge.
    return len(reserve.reserve.rows) if reserve else 0


def _task(dataset: "Dataset", rounds: list[Round]) -> str:
    of_models = (each.model.task for each in reversed(rounds) if each.model)
    of_labels = iter(label_tasks(dataset))
    # Before any label is back there may be a model already, from which the first round was chosen.
    current = (model.task for model in dataset.models.all() if model.is_current and model.task)
    return next(itertools.chain(of_models, of_labels, current), CLASSIFICATION)


def _result(judge: RoundJudge, shown: Round, plan: RoundPlan) -> RoundResult:
    cost = None
    if plan.has_prices:
        # Every image costs from the day it is sent; how many objects are on it shows once its label is back.
        n_objects = _count_objects(judge.labels, shown.back_rows)
        cost = plan.cost(len(shown.added_rows), n_objects)
    return RoundResult(shown, judge.judgment(shown.model), cost)


def _count_objects(labels: TaskLabels, rows: Rows) -> int:
    boxes = labels.labels.boxes
    if not len(boxes):
        return 0
    rows_of_boxes = labels.rows[boxes["row"]]
    return int(np.isin(rows_of_boxes, rows).sum())


def _n_next(rounds: list[Round]) -> int:
    # Without test samples, which are never trained on.
    n_picked = [len(each.added_rows) - len(each.test_rows) for each in rounds if len(each.added_rows)]
    return n_picked[-1] if n_picked else 0


def _forecast(judge: RoundJudge, results: tuple[RoundResult, ...], plan: RoundPlan, n_next: int) -> Forecast:
    curve = learning_curve(results, judge.judge.groups if judge.judge else None)
    if curve is not None:
        return forecast(curve, target=plan.target, n_next=max(n_next, 1))
    if judge.judge is None or not any(result.accuracy.speaks for result in results):
        refusal = Refusal("no round has a model that was judged on test labels")
        return Forecast(refusal, refusal, refusal)
    measure = judge.judge.measure
    refusal = Refusal(f"a forecast is made from answers that are right or wrong, and {measure} is not a mean of such")
    return Forecast(refusal, refusal, last_gain(judge, results))


def learning_curve(results: tuple[RoundResult, ...], groups: NDArray[np.int64] | None = None) -> LearningCurve | None:
    """Return the rounds whose models are judged, as a curve over training labels; None if there is none.

    Of several models trained on as many labels the last one counts, and all are judged on the same test labels.
    """
    outcomes = {result.round.n_training: result.outcomes for result in judged_rounds(results)}
    means = {n_training: each for n_training, each in outcomes.items() if each is not None}
    if not means:
        return None
    return LearningCurve(np.array(list(means)), np.stack(list(means.values())), groups)


def _advice(
    dataset: "Dataset",
    results: tuple[RoundResult, ...],
    reserve: StoredReserve | None,
    predicted: Forecast,
    plan: RoundPlan,
    n_next: int,
) -> StopAdvice:
    judged = [result for result in results if result.round.model]
    value = unpriced_value_sign()
    if plan.has_prices and plan.value_per_point > 0:
        value = value_sign(
            predicted.gain,
            value_per_point=plan.value_per_point,
            price=plan.cost(n_next),
            currency=plan.currency,
        )
    population = reserve.reserve.population if reserve else NO_ROWS
    return StopAdvice(
        target_sign([result.accuracy for result in judged], plan.target),
        value,
        _stability(dataset, judged, population),
    )


def _stability(dataset: "Dataset", judged: list[RoundResult], population: Rows) -> Sign:
    """Return the sign of how much the last two models' predictions differ on the population, or on all rows."""
    if len(judged) < 2:
        return Sign.refused("two models are needed to see what changes")
    before, after = (result.round for result in judged[-2:])
    assert before.model
    assert after.model
    try:
        changes = compare_models(dataset, before.model, after.model, population if len(population) else None)
    except MissingInputError as error:
        return Sign.refused(str(error))
    return stability_sign(
        n_changed=len(changes.rows),
        n_rows=changes.n_compared,
        n_labels_before=before.n_training,
        n_labels_after=after.n_training,
        bounds_accuracy=changes.bounds_accuracy,
    )
