from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.demos import composed_scenes, scenes
from al_core.demos.keypoint_scenes import KeypointScenes
from al_core.demos.recording import read_recording
from al_core.demos.scene_demo import FILENAMES
from al_core.embedding import EmbeddedImage, embed, load_model
from al_core.evaluation import Interval
from al_core.formats import Predictions
from al_core.scorers import SCORERS
from al_core.store import Dataset, Kind, Workspace

TASKS = list(scenes.DEMOS)


def predicted(task: str) -> Predictions:
    """What the last recorded model of a task predicts."""
    demo = scenes.DEMOS[task]()
    return demo.predict(read_recording(demo.name)[-1].weights)


@pytest.mark.parametrize("task", TASKS)
def test_the_predictions_of_each_task_can_be_scored(task: str) -> None:
    for values in SCORERS[task](predicted(task).outputs).calculate_scores().values():
        assert len(values) == composed_scenes.N_SCENES
        assert ((values >= 0) & (values <= 1)).all()
        assert len(np.unique(values)) > 5


@pytest.fixture(scope="module", params=TASKS)
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """The demo of each task as visitors get it."""
    with Workspace(tmp_path_factory.mktemp("finished")) as workspace:
        yield scenes.build(workspace, request.param)


def test_each_demo_has_three_finished_rounds_with_an_interval_from_thirty_tests(finished: Dataset) -> None:
    report = workflow.report_rounds(finished, workflow.round_plan(finished))
    assert [result.round.name for result in report.results] == ["initial-selection", "round 1", "round 2", "round 3"]
    assert [result.round.n_training for result in report.results] == [40, 55, 70, 85]
    assert report.n_tests == 30
    figures = [result.accuracy.value for result in report.results if isinstance(result.accuracy, Interval)]
    assert len(figures) == 4
    # What 45 more labeled scenes bought.
    assert figures[-1] > figures[0] + 0.05


def test_a_demo_has_the_embedding_that_the_bundled_model_makes_of_its_images(finished: Dataset) -> None:
    stored = finished.arrays.read(finished.arrays.get(Kind.EMBEDDING, "efficientnet-lite0"))
    assert stored.shape == (composed_scenes.N_SCENES, 1280)
    assert finished.images_dir is not None
    for row, image in enumerate(embed([finished.images_dir / name for name in FILENAMES[:2]], load_model())):
        assert isinstance(image, EmbeddedImage)
        # Recorded at half precision, and other processors round differently.
        cosine = stored[row] @ image.embedding / np.linalg.norm(stored[row]) / np.linalg.norm(image.embedding)
        assert cosine > 0.999


def test_a_demo_is_built_once(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        demo = KeypointScenes()
        assert demo.build(workspace, n_rounds=0).id == scenes.build(workspace, "keypoint-detection").id


def test_every_task_has_a_demo() -> None:
    # The digits are the demo of classes; several classes an image are scored as those are.
    without_scenes = {"classification", "multi-label-classification"}
    assert set(scenes.NAMES) | without_scenes == set(SCORERS)
