"""What the demos on composed scenes share: their images, their embedding, and how a model is trained and asked."""

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.demos import composed_scenes, sliding_window
from al_core.demos.composed_scenes import DIGIT, FILE_SIDE, N_SCENES, Scenes
from al_core.demos.demo import Demo
from al_core.demos.recording import Weights, read_embedding
from al_core.demos.sliding_window import Places, at, find_digits
from al_core.embedding import BUILT_IN
from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    from al_core.formats import Labels, Predictions
    from al_core.formats.labels.collector import LabelCollector
    from al_core.store import Dataset, Workspace

INK = 0.5
"""Pixels that ink covers more than this belong to the stroke of a digit."""

EMBEDDED = "scenes"
"""The recorded embedding, which all tasks share."""

FILENAMES = [f"scene_{row:03d}.jpg" for row in range(N_SCENES)]
DIGIT_NAMES = [str(digit) for digit in range(10)]


class SceneDemo(Demo):
    """A task on the composed scenes.

    Attributes:
        task: A key of `al_core.scorers.SCORERS`.
    """

    task: str
    embedded = EMBEDDED
    n_initial = 40
    n_per_round = 25
    # Of each 25, 10 test: 30 after three rounds, as many as an interval needs.
    test_share = 0.4
    model_name = "sliding-window"

    @cached_property
    def scenes(self) -> Scenes:
        """The scenes, the same for each task."""
        return composed_scenes.draw()

    def create(self, workspace: "Workspace") -> "Dataset":
        """Return a new dataset whose embedding is the recorded one of the bundled model."""
        folder = workspace.home / "demo" / "composed-scenes"
        composed_scenes.write_images(folder, FILENAMES, self.scenes.pictures)
        return workflow.create_dataset(
            workspace, self.name, FILENAMES, read_embedding(EMBEDDED), embedding_name=BUILT_IN, images_dir=folder
        )

    def labels(self, rows: Rows) -> "Labels":
        """Return the digits on scenes."""
        from al_core.formats.choices import ReadingChoices
        from al_core.formats.labels.collector import LabelCollector

        collector = LabelCollector(self.name, ReadingChoices())
        collector.list_classes(self.class_names)
        for row in rows.tolist():
            collector.annotate(FILENAMES[row], size=(FILE_SIDE, FILE_SIDE))
            self.label_scene(row, collector)
        return collector.finished(self.task)

    def train(self, rows: Rows) -> Weights:
        """Return a model trained on the labels of these scenes alone."""
        return sliding_window.train(self.scenes, rows)

    def predict(self, weights: Weights) -> "Predictions":
        """Return what a trained model predicts for all scenes."""
        from al_core.formats import Predictions

        windows = self.scenes.windows()
        outputs = []
        for row, grid in enumerate(sliding_window.window_probabilities(self.scenes, weights)):
            places = find_digits(grid)
            outputs.append(self.output(grid, places, at(windows[row], places).reshape(-1, DIGIT**2), weights))
        return Predictions(FILENAMES, self.predicted_classes, outputs, self.task)

    @property
    def class_names(self) -> list[str]:
        """The classes that are labeled."""
        return DIGIT_NAMES

    @property
    def predicted_classes(self) -> list[str]:
        """The classes that are predicted."""
        return self.class_names

    @abstractmethod
    def label_scene(self, row: int, collector: "LabelCollector") -> None:
        """Add the objects of a scene to its annotation, which has begun."""

    @abstractmethod
    def output(self, grid: Probabilities, places: Places, windows: NDArray[np.float32], weights: Weights) -> Any:
        """Return what the scorer of the task takes for one scene.

        Args:
            grid: (25, 25, 11) the probabilities at all places.
            places: (n, 2) where the digits are.
            windows: (n, 64) what the model sees there.
            weights: The trained model.
        """


def digit_windows(scenes: Scenes, rows: Rows) -> NDArray[np.float32]:
    """Return the windows (n, 64) of all digits of some scenes, as the model sees them."""
    windows = scenes.windows()
    of_scenes = [at(windows[row], scenes.digits[row][:, 1:]) for row in rows.tolist()]
    return np.concatenate(of_scenes).reshape(-1, DIGIT**2)


def digit_strokes(scenes: Scenes, rows: Rows) -> NDArray[np.float32]:
    """Return how much of each pixel of these windows ink covers, (n, 8, 8), 0 to 1."""
    return np.concatenate([scenes.digits_of(row) for row in rows.tolist()])
