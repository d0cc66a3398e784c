"""The bundled demo: 1,797 real images of handwritten digits that ship with scikit-learn."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.demos.demo import INITIAL_SELECTION, N_ROUNDS, Demo
from al_core.demos.recording import Weights
from al_core.demos.samples import load_digits
from al_core.steps.round_plan import RoundPlan
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import Labels, Predictions
    from al_core.store import Dataset, Workspace

__all__ = ["INITIAL_SELECTION", "NAME", "Digits", "build", "digit_filenames", "load_digits"]

NAME = "digits"
CLASS_NAMES = [str(digit) for digit in range(10)]
IMAGE_SIZE = 64
"""Pixels on each side of the image files: eight times those of the digits, so that a browser does not blur them."""


def build(workspace: "Workspace", n_rounds: int = N_ROUNDS, progress: Progress | None = None) -> "Dataset":
    """Return the demo dataset, built if the workspace does not have it.

    Its first labels are 100 samples selected by CORESET; rounds by CORAL follow. After each, a logistic regression
    trained on the labels so far predicts all samples, and its uncertainty is the score.
    """
    return Digits().build(workspace, n_rounds, progress)


def digit_filenames(count: int) -> list[str]:
    """Return the filenames of the demo, which do not reveal the digits."""
    return [f"digit_{row:04d}.png" for row in range(count)]


class Digits(Demo):
    """Classes of whole images."""

    name = NAME
    embedded = NAME
    n_initial = 100
    n_per_round = 50
    test_share = 0.4
    model_name = "logistic-regression"
    plan = RoundPlan(target=0.95, price_per_image=0.08, value_per_point=10)

    @cached_property
    def _digits(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        return load_digits()

    @property
    def images(self) -> NDArray[np.float32]:
        """(1797, 8, 8), 0 to 1."""
        return self._digits[0]

    @property
    def classes(self) -> NDArray[np.int64]:
        """(1797,) the digit on each image."""
        return self._digits[1]

    @cached_property
    def filenames(self) -> list[str]:
        """(1797,) names of the image files."""
        return digit_filenames(len(self.images))

    @property
    def pixels(self) -> NDArray[np.float32]:
        """(1797, 64): the embedding."""
        return self.images.reshape(len(self.images), -1)

    def create(self, workspace: "Workspace") -> "Dataset":
        """Return a new dataset whose embedding is the pixels."""
        folder = workspace.home / "demo" / NAME
        _write_images(folder, self.filenames, self.images)
        return workflow.create_dataset(
            workspace, NAME, self.filenames, self.pixels, embedding_name="pixels", images_dir=folder
        )

    def labels(self, rows: Rows) -> "Labels":
        """Return the digits on samples."""
        from al_core.formats import Labels
        from al_core.formats.labels.labels import LABEL_CLASS

        return Labels(
            filenames=[self.filenames[row] for row in rows.tolist()],
            class_names=CLASS_NAMES,
            task="classification",
            annotators=[""] * len(rows),
            times=np.full(len(rows), np.nan),
            sizes=np.full((len(rows), 2), IMAGE_SIZE, np.float32),
            classes=np.array(list(enumerate(self.classes[rows].tolist())), LABEL_CLASS),
            source="scikit-learn",
        )

    def train(self, rows: Rows) -> Weights:
        """Return a logistic regression trained on the digits of these samples alone."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(max_iter=1000).fit(self.pixels[rows], self.classes[rows])
        assert model.classes_.tolist() == list(range(10))
        return {"coefficients": model.coef_.astype(np.float32), "intercepts": model.intercept_.astype(np.float32)}

    def predict(self, weights: Weights) -> "Predictions":
        """Return the class probabilities of all samples."""
        from scipy.special import softmax

        from al_core.formats import Predictions

        logits = self.pixels @ weights["coefficients"].T + weights["intercepts"]
        return Predictions(
            filenames=self.filenames,
            class_names=CLASS_NAMES,
            outputs=softmax(logits, axis=1),
        )


def _write_images(folder: Path, filenames: list[str], images: NDArray[np.float32]) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    gray_values = np.rint(images * 255).astype(np.uint8)
    for filename, image in zip(filenames, gray_values, strict=True):
        enlarged = Image.fromarray(image).resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC)
        # The lowest level: two thirds of the time, and a few bytes more.
        enlarged.save(folder / filename, compress_level=1)
