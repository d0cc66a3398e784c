"""What labels have bought so far: the last ones, and all since the model that a project began with."""

from dataclasses import dataclass

from al_core.evaluation import Refusal, Statistic
from al_core.steps.round_result import RoundJudge, RoundResult, judged_rounds
from al_core.store.models import Model
from al_core.text import counted

LEAST_ROUNDS = 2
"""A gain is the difference of two models."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """Where a project began, and what all labels since have bought.

    Attributes:
        model: The one that the first round was chosen from, or, if there is none or it cannot be judged, that of the
            first round that has one.
        accuracy: How it does on all test labels there are.
        gain: By how much the newest judged model does better, on the same test labels.
    """

    model: Model
    accuracy: Statistic
    gain: Statistic


def last_gain(judge: RoundJudge, results: tuple[RoundResult, ...]) -> Statistic:
    """Return by how much the newest judged model does better than the one before it."""
    models = _models(results)
    if len(models) < LEAST_ROUNDS:
        return Refusal(f"{counted(len(models), 'round')}; a gain needs {LEAST_ROUNDS}")
    return judge.gain(*models[-2:])


def find_baseline(judge: RoundJudge, results: tuple[RoundResult, ...]) -> Baseline | None:
    """Return where the project began; None before a later model is judged."""
    models = _models(results)
    if not models:
        return None
    first = models[0]
    accuracy = judged_rounds(results)[0].accuracy
    began_at = results[0].round.tag.created_at
    # Newest first, so that this is the one that the first round was chosen from.
    of_task = (model for model in judge.dataset.models.all() if model.task == judge.task and model.predictions)
    chosen_from = next((model for model in of_task if model.created_at < began_at), None)
    judgment = judge.judgment(chosen_from)
    if chosen_from and judgment.accuracy.speaks:
        first = chosen_from
        accuracy = judgment.accuracy
    if first.id == models[-1].id:
        return None
    return Baseline(first, accuracy, judge.gain(first, models[-1]))


def gain_text(gain: Statistic) -> str:
    """Return a difference of two shares in points with its interval, or why there is none.

    Examples:
        >>> from al_core.evaluation import Interval
        >>> gain_text(Interval(0.2, 0.078, 0.314, n=100))
        '+20.0 points (+7.8 to +31.4), from the same 100 test images'
    """
    if not gain.speaks:
        return gain.text()
    low, high = (f"{100 * end:+.1f}" for end in (gain.low, gain.high))
    return f"{100 * gain.value:+.1f} points ({low} to {high}), from the same {counted(gain.n, 'test image')}"


def _models(results: tuple[RoundResult, ...]) -> list[Model]:
    return [result.round.model for result in judged_rounds(results) if result.round.model]
