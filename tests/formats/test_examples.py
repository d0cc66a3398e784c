"""Each example goes the whole way: read, joined with ten samples, scored and stored."""

from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.formats import read_embeddings, read_predictions
from al_core.store import Workspace
from al_core.store.kinds import Kind

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DIGITS = [f"digit_{row:04d}.png" for row in range(300, 310)]


def examples(kind: str) -> pytest.MarkDecorator:
    paths = sorted((EXAMPLES / kind).iterdir())
    return pytest.mark.parametrize("path", paths, ids=[path.name for path in paths])


@examples("predictions")
def test_an_example_of_predictions_gives_ten_samples_their_scores(workspace: Workspace, path: Path) -> None:
    dataset = workflow.create_dataset(workspace, "digits", DIGITS, np.eye(10))
    predictions = read_predictions(path)
    report = workflow.check_predictions(dataset, predictions, source=path.name)
    assert (report.matched, report.missing, report.unknown, report.conflicting) == (10, [], [], [])
    names = workflow.store_predictions(dataset, predictions, report)
    assert names
    for name in names:
        scores = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, name))
        assert ((scores >= 0) & (scores <= 1)).all()


def test_every_classification_example_holds_the_same_probabilities() -> None:
    paths = [path for path in (EXAMPLES / "predictions").iterdir()]
    tables = [
        predictions.outputs for predictions in map(read_predictions, paths) if predictions.task == "classification"
    ]
    assert len(tables) == 19
    for table in tables:
        np.testing.assert_allclose(table, tables[0], atol=1e-6)


def test_every_detection_example_holds_the_same_boxes() -> None:
    found = {}
    for path in (EXAMPLES / "predictions").iterdir():
        predictions = read_predictions(path)
        if predictions.task == "object-detection":
            found[path.name] = np.array([output.scores.max() for output in predictions.outputs])
    assert len(found) == 26
    # These have class probabilities, and the score is their highest times the object probability.
    for name in ("detection-json.jsonl", "lightly--detection.zip"):
        del found[name]
    confidences = found.pop("coco.json")
    for others in found.values():
        np.testing.assert_allclose(others, confidences, rtol=1e-6)


@examples("embeddings")
def test_an_example_of_embeddings_holds_the_same_ten_vectors(path: Path) -> None:
    table = read_embeddings(path, filenames=DIGITS)
    assert table.filenames == DIGITS
    expected = np.load(EXAMPLES / "embeddings" / "npy.npy")
    np.testing.assert_allclose(table.embeddings, expected, rtol=1e-5)
