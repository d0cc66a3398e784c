"""Who judges the models of a task on the test labels; a new task is one file here and one line in `JUDGES`."""

from typing import TYPE_CHECKING

from al_core.steps.judges.classes import ClassJudge
from al_core.steps.judges.judge import Judge, JudgedClass, Judgment
from al_core.steps.judges.masks import MaskJudge
from al_core.steps.judges.objects import BoxJudge, KeypointJudge
from al_core.steps.labels import TaskLabels
from al_core.steps.reserve import StoredReserve

if TYPE_CHECKING:
    from al_core.store import Dataset

__all__ = ["JUDGES", "Judge", "JudgedClass", "Judgment", "find_judge"]

JUDGES: dict[str, type[Judge]] = {
    "classification": ClassJudge,
    "object-detection": BoxJudge,
    "keypoint-detection": KeypointJudge,
    "semantic-segmentation": MaskJudge,
}
"""All judges by the task whose models they judge."""


def find_judge(dataset: "Dataset", task: str, labels: TaskLabels, reserve: StoredReserve) -> Judge | None:
    """Return the judge of a task, with the labels of the reserve; None if nobody judges models of the task."""
    judge = JUDGES.get(task)
    return judge.of(dataset, labels, reserve) if judge else None
