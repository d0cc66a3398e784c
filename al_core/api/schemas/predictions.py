from typing import Literal

from pydantic import Field, FiniteFloat

from al_core.api.schemas.wire import Int64, Wire


class TaskCategory(Wire):
    """A class of a task."""

    id: Int64
    name: str


class PredictionTask(Wire):
    """What a model predicts; probabilities follow the order of the ids of the categories."""

    name: str = Field(min_length=1, max_length=200, pattern=r"^[a-zA-Z0-9_+=,.@:-]*$")
    type: Literal["CLASSIFICATION", "OBJECT_DETECTION", "KEYPOINT_DETECTION"]
    categories: list[TaskCategory]


class Singleton(Wire):
    """One prediction of a sample; which fields it has depends on the type of its task."""

    type: str = ""
    task_name: str
    category_id: Int64
    score: FiniteFloat
    probabilities: list[FiniteFloat] | None = None
    bbox: list[FiniteFloat] | None = None
    keypoints: list[FiniteFloat] | None = None


class PredictionsStored(Wire):
    """The scores made from predictions, how many samples have one, and what the file's rows met, in words."""

    scores: list[str]
    matched: int
    report: list[str]
