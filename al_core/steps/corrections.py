"""Against RANDOM, once labels are back: how often a model was wrong on chosen images, and on those drawn to test it.

The test share is the control that comes for free: its images are labeled beside the chosen ones, and nobody chose them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.config import SamplingMethod
from al_core.evaluation import Corrections, Refusal, corrections
from al_core.evaluation.object_matches import match_objects
from al_core.steps.judges.judge import all_classes
from al_core.steps.judges.objects import labeled_boxes, predicted_boxes
from al_core.steps.judging import predicted_classes
from al_core.steps.labels import TaskLabels
from al_core.steps.predictions import annotations_of
from al_core.steps.reserve import StoredReserve
from al_core.steps.round_result import NO_SHARE
from al_core.steps.rounds import Round
from al_core.steps.scores import preferred_first
from al_core.steps.shared_classes import unjudgeable
from al_core.store.models import Model
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

_AnswersOf: TypeAlias = "Callable[[Dataset, Model, TaskLabels, Rows], NDArray[np.float64]]"


def round_corrections(
    dataset: "Dataset", task: str, labels: TaskLabels, rounds: list[Round], reserve: StoredReserve | None
) -> Corrections:
    """Return how often models were wrong on the chosen images of the rounds, and on the test images beside those.

    Each round is judged by the newest model that there was when it was chosen, which has learned from none of it. Of a
    round by RANDOM nothing was chosen.
    """
    if reserve is None:
        return Corrections.refused(Refusal(NO_SHARE))
    if reserve.groups:
        reason = "test images come in groups, so that chosen and random ones are not counted one by one"
        return Corrections.refused(Refusal(reason))
    answers = _ANSWERS.get(task)
    if answers is None:
        reason = f"they are counted for classes and boxes so far, not for {task.replace('-', ' ')}"
        return Corrections.refused(Refusal(reason))
    chosen = []
    random = []
    for each in rounds:
        model = _chosen_from(dataset, task, each)
        tests = np.intersect1d(np.intersect1d(each.back_rows, each.test_rows), labels.rows)
        picked = np.intersect1d(np.setdiff1d(each.back_rows, each.test_rows), labels.rows)
        if model is None or not len(tests) or not len(picked) or unjudgeable(model, labels.labels.class_names):
            continue
        chosen.append(answers(dataset, model, labels, picked))
        random.append(answers(dataset, model, labels, tests))
    if not chosen:
        return Corrections.refused(Refusal("no chosen round is back that there was a model before, with test images"))
    of_chosen, of_random = (_answered(np.concatenate(parts)) for parts in (chosen, random))
    return corrections(of_chosen, of_random)


def _chosen_from(dataset: "Dataset", task: str, shown: Round) -> Model | None:
    """Return the newest model of the task that there was when a round was selected; None if it was drawn at random."""
    config = shown.tag.provenance.config
    if config is None or config.method == SamplingMethod.RANDOM:
        return None
    # Newest first.
    models = (model for model in dataset.models.all() if model.task == task and model.predictions)
    return next((model for model in models if model.created_at < shown.tag.created_at), None)


def _answered(is_right: NDArray[np.float64]) -> NDArray[np.bool_]:
    return is_right[~np.isnan(is_right)].astype(bool)


def _right_classes(dataset: "Dataset", model: Model, labels: TaskLabels, rows: Rows) -> NDArray[np.float64]:
    """Return (R,) whether the class is right, NaN where there is no prediction or no class."""
    # An image without a class is -1, which indexes the last name.
    names = np.array([*labels.labels.class_names, ""])
    labeled = names[labels.first_classes[np.searchsorted(labels.rows, rows)]]
    predicted = predicted_classes(dataset, model, rows)
    if predicted is None:
        return np.full(len(rows), np.nan)
    return np.where((predicted == "") | (labeled == ""), np.nan, predicted == labeled)


def _right_boxes(dataset: "Dataset", model: Model, labels: TaskLabels, rows: Rows) -> NDArray[np.float64]:
    """Return (R,) whether no box is missed, invented, badly placed or of another class, NaN without a prediction."""
    assert model.predictions
    ours = labels.labels.take(np.searchsorted(labels.rows, rows))
    predicted = annotations_of(dataset, model.predictions).take(rows)
    if predicted.has_unknown_places:
        return np.full(len(rows), np.nan)
    names = all_classes(ours, predicted)
    matches = match_objects(labeled_boxes(ours), predicted_boxes(predicted, names, len(rows)), len(names), None)
    is_right = np.ones(len(rows), bool)
    for of_class in matches:
        # The first threshold is an overlap of one half.
        n_found = np.bincount(of_class.image[of_class.is_right[0]], minlength=len(rows))
        n_predicted = np.bincount(of_class.image, minlength=len(rows))
        is_right &= (n_found == of_class.n_objects) & (n_predicted == of_class.n_objects)
    return np.where(_is_unpredicted(dataset, model, rows), np.nan, is_right)


def _is_unpredicted(dataset: "Dataset", model: Model, rows: Rows) -> NDArray[np.bool_]:
    names = preferred_first(model.scores)
    if not names:
        return np.zeros(len(rows), bool)
    # A sample has a score if the model says something of it, be it that nothing is there.
    scores = np.asarray(dataset.arrays.read_rows(model.scores[names[0]], rows), np.float64)
    return np.isnan(scores)


_ANSWERS: dict[str, _AnswersOf] = {"classification": _right_classes, "object-detection": _right_boxes}
