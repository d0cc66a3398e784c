"""What a model answers for each sample, in words, and where two models answer differently."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import MissingInputError
from al_core.steps.scores import preferred_first
from al_core.steps.shared_classes import classes_of, have_none_in_common, listed_classes
from al_core.steps.tasks import PredictionAttributes, find_task
from al_core.store.models import Model
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import Tag, TagOrigin
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

NO_ANSWER = ""


def answers(dataset: "Dataset", model: Model) -> NDArray[np.str_]:
    """Return (N,) what a model answers for each sample, `NO_ANSWER` where it predicts nothing.

    Raises:
        MissingInputError: If it has no predictions, or such that cannot be compared.
    """
    if model.predictions is None:
        raise MissingInputError(f"'{model.name}' has scores alone: predictions are needed to see what it answers")
    task = find_task(model.task)
    array = dataset.arrays.read(model.predictions)
    annotations = task.annotations(model.name, array, PredictionAttributes.of(model.predictions))
    answers_of_task = task.answers(annotations, dataset.n_samples)
    score_names = preferred_first(model.scores)
    if not score_names:
        return answers_of_task
    # A sample has a score if the model says something of it, be it that nothing is there. The table of boxes alone
    # does not tell an image without objects from one that was never predicted.
    is_unpredicted = np.isnan(dataset.arrays.read(model.scores[score_names[0]]))
    return np.where(is_unpredicted, NO_ANSWER, answers_of_task)


@dataclass(frozen=True, eq=False)
class Changes:
    """Where two models answer differently.

    Attributes:
        before: The earlier model.
        after: The later one.
        rows: The samples whose answer changed, ascending.
        from_answers: What the earlier model answered for each of them.
        to_answers: What the later one answers.
        n_compared: How many samples both predict.
        bounds_accuracy: Whether answers are classes, so that accuracy cannot have moved by more than their share.
    """

    before: Model
    after: Model
    rows: Rows
    from_answers: NDArray[np.str_]
    to_answers: NDArray[np.str_]
    n_compared: int
    bounds_accuracy: bool

    @property
    def share(self) -> float:
        """The share of the compared samples whose answer changed."""
        return len(self.rows) / self.n_compared if self.n_compared else 0.0

    def by_answer(self) -> "list[AnswerChange]":
        """Return how often each answer was given by either model among the changes, the largest change first."""
        # Both sides are coded together, so that one code means the same answer on each.
        both = np.concatenate([self.from_answers, self.to_answers])
        names, codes = np.unique(both, return_inverse=True)
        from_codes = codes[: len(self.rows)]
        to_codes = codes[len(self.rows) :]
        n_lost = np.bincount(from_codes, minlength=len(names)).tolist()
        n_gained = np.bincount(to_codes, minlength=len(names)).tolist()
        changes = [AnswerChange(*each) for each in zip(names.tolist(), n_gained, n_lost, strict=True)]
        # The name comes last, so that equal changes stand in one order on every machine.
        return sorted(changes, key=lambda change: (-abs(change.net), -change.n_gained, change.answer))


@dataclass(frozen=True)
class AnswerChange:
    """How many samples came to an answer, and how many left it."""

    answer: str
    n_gained: int
    n_lost: int

    @property
    def net(self) -> int:
        """How many more samples have the answer now."""
        return self.n_gained - self.n_lost


def compare_models(dataset: "Dataset", before: Model, after: Model, rows: Rows | None = None) -> Changes:
    """Return where two models answer differently, by default on all samples.

    Raises:
        MissingInputError: If one has no predictions, they are of different tasks, or they call no class alike.
    """
    if before.task != after.task:
        raise MissingInputError(
            f"'{before.name}' predicts {before.task or 'nothing'} and '{after.name}' {after.task or 'nothing'}: only "
            "models of one task are compared"
        )
    if have_none_in_common(classes_of(before), classes_of(after)):
        raise MissingInputError(
            f"'{before.name}' and '{after.name}' call no class alike ({listed_classes(classes_of(before))}; "
            f"{listed_classes(classes_of(after))}): what they predict cannot be compared"
        )
    first = answers(dataset, before)
    second = answers(dataset, after)
    is_compared = (first != NO_ANSWER) & (second != NO_ANSWER)
    if rows is not None:
        is_compared &= np.isin(np.arange(len(is_compared)), rows)
    changed = np.flatnonzero(is_compared & (first != second))
    return Changes(
        before,
        after,
        rows=changed,
        from_answers=first[changed],
        to_answers=second[changed],
        n_compared=int(is_compared.sum()),
        bounds_accuracy=find_task(after.task).is_one_class,
    )


def tag_changes(dataset: "Dataset", changes: Changes, name: str) -> Tag:
    """Store the samples whose answer changed as a tag below `initial-tag`, and return it."""
    filters = (f"changed from {changes.before.name} to {changes.after.name}",)
    provenance = Provenance("exploring", filters=filters, role=TagRole.REGION)
    return dataset.create_tag(name, changes.rows, TagOrigin(provenance=provenance))
