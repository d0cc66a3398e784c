"""Rounds and what they bought."""

from typing import TYPE_CHECKING

from al_core.steps.rounds import Round, read_rounds
from al_core.steps.rounds import find_round as round_of
from al_core.store.records import Tag
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.evaluation import Refusal, Replay
    from al_core.steps.round_plan import RoundPlan
    from al_core.steps.round_results import RoundsReport
    from al_core.store import Dataset


def rounds(dataset: "Dataset") -> list[Round]:
    """Return all rounds, the oldest first: each selection, what was sent and came back, the model trained after it."""
    return read_rounds(dataset)


def find_round(dataset: "Dataset", tag: Tag) -> Round:
    """Return the round of a selection's tag, or raise `NotFoundError`."""
    return round_of(dataset, tag)


def round_plan(dataset: "Dataset") -> "RoundPlan":
    """Return target and prices of the rounds."""
    from al_core.steps.round_plan import read_plan

    return read_plan(dataset)


def save_round_plan(dataset: "Dataset", plan: "RoundPlan") -> None:
    """Store target and prices of the rounds, in place of those before."""
    from al_core.steps.round_plan import save_plan

    save_plan(dataset, plan)


def report_rounds(dataset: "Dataset", plan: "RoundPlan") -> "RoundsReport":
    """Return what the rounds bought: each model's accuracy on the test labels, the forecast, and the signs to stop."""
    from al_core.steps import round_results

    return round_results.report_rounds(dataset, plan)


def report(dataset: "Dataset", tag: Tag) -> str:
    """Return a round as one HTML file that opens without the product and without a network.

    Args:
        dataset: Whose round it is.
        tag: That of its selection.

    Raises:
        NotFoundError: If no selection made the tag.
    """
    from al_core.steps.round_plan import read_plan
    from al_core.steps.round_report import write_report

    return write_report(dataset, tag, read_plan(dataset))


def replay(dataset: "Dataset", *, seed: int = 0, progress: Progress | None = None) -> "Replay | Refusal":
    """Return how far each method would have got with the labels of classes there are, or why nobody can tell.

    The labels are hidden and chosen again round by round; a probe on the embedding is judged on the test labels.

    Args:
        dataset: Whose labels.
        seed: Fixes every random choice.
        progress: Called with (done, total); it may raise to stop.
    """
    if dataset.server:
        return dataset.server.replay(progress)
    from al_core.steps.replay import replay_labels

    return replay_labels(dataset, progress, seed=seed)
