"""Where a dataset stands in the loop: images, predictions, a selection, its labels, and the model trained on them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from al_core.steps.rounds import Round, RoundState, read_last_round
from al_core.store.kinds import Kind
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.store import Dataset


class Stage(StrEnum):
    """What is to be done, in order; after the last one comes `SELECT` again."""

    DATA = "Data"
    PREDICTIONS = "Predictions"
    SELECT = "Select"
    LABEL = "Label"
    LEARN = "Learn"


class Progress(StrEnum):
    """How far a stage is."""

    DONE = "done"
    CURRENT = "current"
    WAITING = "waiting"


@dataclass(frozen=True)
class Step:
    """One stage of the loop.

    Attributes:
        stage: Which one.
        progress: How far it is.
        note: What there is, or what is missing, as a sentence without a period.
    """

    stage: Stage
    progress: Progress
    note: str


@dataclass(frozen=True, eq=False)
class Loop:
    """Where a dataset stands.

    Attributes:
        current: The stage that waits for somebody.
        steps: All stages in order.
        last: The newest round, None if there is none yet.
    """

    current: Stage
    steps: tuple[Step, ...]
    last: Round | None


def read_loop(dataset: "Dataset") -> Loop:
    """Return where a dataset stands in the loop.

    Predictions are no condition: the first images are selected by their embeddings alone.
    """
    last = read_last_round(dataset) if dataset.n_samples else None
    model = dataset.models.newest_current()
    has_data = bool(dataset.n_samples and (dataset.arrays.all(Kind.EMBEDDING) or model))
    current = _current(last) if has_data else Stage.DATA
    order = list(Stage)
    done = set(order[: order.index(current)])
    if model is None:
        done.discard(Stage.PREDICTIONS)
    notes = {
        Stage.DATA: counted(dataset.n_samples, "image") if dataset.n_samples else "Add images or embeddings",
        Stage.PREDICTIONS: f"Scored by “{model.name}”" if model else "None yet: the first images do without",
        **_notes_of_round(last, current),
    }
    steps = [Step(stage, _progress(stage, current, done), notes[stage]) for stage in Stage]
    return Loop(current, tuple(steps), last)


def _current(last: Round | None) -> Stage:
    if last is None or last.model is not None:
        return Stage.SELECT
    # One label is enough to go on: some never come back, and their images can be released.
    if len(last.back_rows):
        return Stage.LEARN
    return Stage.SELECT if last.state is RoundState.RELEASED else Stage.LABEL


def _progress(stage: Stage, current: Stage, done: set[Stage]) -> Progress:
    if stage is current:
        return Progress.CURRENT
    return Progress.DONE if stage in done else Progress.WAITING


def _notes_of_round(last: Round | None, current: Stage) -> dict[Stage, str]:
    if last is None or current is Stage.SELECT:
        return {
            Stage.SELECT: "Choose which images to label next",
            Stage.LABEL: "Hand them to labelers, and bring the labels back",
            Stage.LEARN: "Train on the labels, and drop the new predictions",
        }
    n_added = len(last.added_rows)
    return {
        Stage.SELECT: f"{counted(n_added, 'image')} in “{last.name}”",
        Stage.LABEL: f"{len(last.back_rows):,} of {n_added:,} labels are back",
        Stage.LEARN: "Train on the labels, and drop the new predictions",
    }
