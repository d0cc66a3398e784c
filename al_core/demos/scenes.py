"""Demos for detection, segmentation and keypoints on composed scenes, each with three finished rounds.

A scene is a photograph with handwritten digits on it. A small network, trained on the windows of a few labeled scenes,
slides over all of them: its predictions are real, not simulated.
"""

from typing import TYPE_CHECKING

from al_core.demos.detection_scenes import DetectionScenes
from al_core.demos.keypoint_scenes import KeypointScenes
from al_core.demos.scene_demo import SceneDemo
from al_core.demos.segmentation_scenes import SegmentationScenes
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.store import Dataset, Workspace

_DEMOS: tuple[type[SceneDemo], ...] = (DetectionScenes, SegmentationScenes, KeypointScenes)

DEMOS = {demo.task: demo for demo in _DEMOS}
"""The demo of each task, by its key in `al_core.scorers.SCORERS`."""
NAMES = {task: demo.name for task, demo in DEMOS.items()}


def build(workspace: "Workspace", task: str, progress: Progress | None = None) -> "Dataset":
    """Return the demo dataset of a task, built if the workspace does not have it; `progress` counts its steps."""
    return DEMOS[task]().build(workspace, progress=progress)
