"""The bundled demo: 1,797 real images of handwritten digits that ship with scikit-learn."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.store import TagRole
from al_core.types import Embeddings, Probabilities, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset, Workspace

NAME = "digits"
INITIAL_SELECTION = "initial-selection"
N_LABELED = 100
IMAGE_SIZE = 64
"""Pixels on each side of the image files: eight times those of the digits, so that a browser does not blur them."""


def build(workspace: "Workspace") -> "Dataset":
    """Return the demo dataset, built if the workspace does not have it.

    Its labeled set is 100 samples selected by CORESET. A logistic regression trained on them alone predicts all
    samples, and its uncertainty is the score.
    """
    datasets = {dataset.name: dataset for dataset in workspace.datasets()}
    if NAME in datasets:
        return datasets[NAME]
    images, labels = load_digits()
    filenames = digit_filenames(len(images))
    folder = workspace.home / "demo" / NAME
    _write_images(folder, filenames, images)
    embeddings = images.reshape(len(images), -1)
    dataset = workflow.create_dataset(
        workspace, NAME, filenames, embeddings, embedding_name="pixels", images_dir=folder
    )
    config = SelectionConfig(SamplingMethod.CORESET, N_LABELED, name=INITIAL_SELECTION, seed=0)
    selection = workflow.run_selection(dataset, config)
    dataset.set_tag_role(selection.tag, TagRole.LABELED)
    labeled_rows = selection.added_rows
    _store_probabilities(dataset, predict(embeddings, labels, labeled_rows))
    return dataset


def load_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the images (1797, 8, 8), 0 to 1, and their labels (1797,)."""
    from sklearn.datasets import load_digits as load

    digits = load()
    # Each pixel counts the inked ones of a 4 × 4 block of the scan: 0 to 16.
    return (digits.images / 16).astype(np.float32), digits.target.astype(np.int64)


def digit_filenames(count: int) -> list[str]:
    """Return the filenames of the demo, which do not reveal the digits."""
    return [f"digit_{row:04d}.png" for row in range(count)]


def predict(embeddings: Embeddings, labels: NDArray[np.int64], labeled_rows: Rows) -> Probabilities:
    """Return the class probabilities (N, 10) of a logistic regression trained on the labeled rows alone."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=1000).fit(embeddings[labeled_rows], labels[labeled_rows])
    probabilities: Probabilities = model.predict_proba(embeddings).astype(np.float32)
    return probabilities


def _store_probabilities(dataset: "Dataset", probabilities: Probabilities) -> None:
    from al_core.formats import Predictions

    predictions = Predictions(
        filenames=dataset.filenames(), class_names=[str(digit) for digit in range(10)], outputs=probabilities
    )
    report = workflow.check_predictions(dataset, predictions, source=INITIAL_SELECTION)
    workflow.store_predictions(dataset, predictions, report, name=f"logistic-regression-{N_LABELED}")


def _write_images(folder: Path, filenames: list[str], images: NDArray[np.float32]) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    gray_values = np.rint(images * 255).astype(np.uint8)
    for filename, image in zip(filenames, gray_values, strict=True):
        enlarged = Image.fromarray(image).resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC)
        enlarged.save(folder / filename)
