"""The tasks whose predictions can be scored, stored and shown; a new task is one file here and one line in `TASKS`."""

from al_core.exceptions import InvalidInputError
from al_core.steps.tasks.classification import Classification
from al_core.steps.tasks.detection import Detection
from al_core.steps.tasks.keypoints import KeypointDetection
from al_core.steps.tasks.multi_label import MultiLabel
from al_core.steps.tasks.segmentation import Segmentation
from al_core.steps.tasks.task import PredictionAttributes, PredictionCard, Scoring, Task

__all__ = ["TASKS", "PredictionAttributes", "PredictionCard", "Scoring", "Task", "find_task"]

TASKS: dict[str, Task] = {
    "classification": Classification(),
    "object-detection": Detection(),
    "keypoint-detection": KeypointDetection(),
    "multi-label-classification": MultiLabel(),
    "semantic-segmentation": Segmentation(),
}
"""All tasks by name."""


def find_task(name: str) -> Task:
    """Return the task of that name, or raise `InvalidInputError` that lists those there are."""
    if name not in TASKS:
        raise InvalidInputError(f"there is no task {name!r}; there are: {', '.join(TASKS)}")
    return TASKS[name]
