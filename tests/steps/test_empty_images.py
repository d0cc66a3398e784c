"""What a person has said of images without objects is proposed for the next file, where it may hold again."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from al_core import workflow
from al_core.formats import JoinReport, Predictions, ReadingChoices, read_labels
from al_core.formats.choices import Missing, Unannotated
from al_core.formats.labels.label_findings import undecided
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.empty_images import EarlierAnswer, earlier_done_labels, earlier_empty_predictions
from al_core.store import Dataset
from al_core.utils import ObjectDetectionOutput
from tests.conftest import FILENAMES


def upload(dataset: Dataset, name: str, n_rows: int, missing: Missing = Missing.UNKNOWN) -> JoinReport:
    """Store a model that finds a box on the first images, and has no entry for the others."""
    box = ObjectDetectionOutput.from_scores(np.array([[0.0, 0, 1, 1]]), [0.75], [0])
    predictions = Predictions(FILENAMES[:n_rows], ["cat"], [box] * n_rows, DETECTION)
    asked = workflow.check_predictions(dataset, predictions)
    answered = replace(predictions, missing=missing)
    workflow.store_predictions(dataset, answered, workflow.check_predictions(dataset, answered), name=name)
    return asked


def test_nothing_is_proposed_before_somebody_has_answered(dataset: Dataset) -> None:
    asked = upload(dataset, "one", 4)
    assert earlier_empty_predictions(dataset, asked) is None


def test_nothing_found_is_proposed_for_the_next_model(dataset: Dataset) -> None:
    asked = upload(dataset, "one", 4, Missing.EMPTY)
    earlier = earlier_empty_predictions(dataset, asked)
    assert earlier == EarlierAnswer("one", 2 / 6, 2 / 6)
    assert earlier.holds
    # A model with an entry for each image was not asked about.
    upload(dataset, "two", 6)
    assert earlier_empty_predictions(dataset, asked) == earlier


def test_the_last_answer_counts(dataset: Dataset) -> None:
    upload(dataset, "one", 4, Missing.EMPTY)
    asked = upload(dataset, "two", 3)
    assert earlier_empty_predictions(dataset, asked) is None


def test_a_deleted_model_takes_its_answer_along(dataset: Dataset) -> None:
    asked = upload(dataset, "one", 4, Missing.EMPTY)
    workflow.delete_model(dataset, dataset.models.get("one"))
    assert earlier_empty_predictions(dataset, asked) is None


def test_far_more_images_without_an_entry_are_asked_about_again() -> None:
    assert EarlierAnswer("one", share_before=0.1, share_now=0.25).holds
    assert not EarlierAnswer("one", share_before=0.1, share_now=0.26).holds
    assert EarlierAnswer("one", share_before=0.4, share_now=0.1).holds


def yolo(folder: Path, n_filled: int, n_empty: int) -> Path:
    folder.mkdir()
    for row, name in enumerate(FILENAMES[: n_filled + n_empty]):
        (folder / f"{Path(name).stem}.txt").write_text("0 0.5 0.5 0.5 0.5\n" if row < n_filled else "")
    return folder


def bring_back(dataset: Dataset, file: Path, answer: Unannotated) -> None:
    labels = read_labels(file, ReadingChoices(unannotated=answer))
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels), name=file.name)


def earlier_answer(dataset: Dataset, file: Path) -> EarlierAnswer | None:
    labels = read_labels(file)
    asked = undecided(labels.findings)
    assert asked
    return earlier_done_labels(dataset, labels, asked)


def test_done_is_proposed_for_the_next_labels_of_the_format(dataset: Dataset, tmp_path: Path) -> None:
    first = yolo(tmp_path / "first", 3, 1)
    assert earlier_answer(dataset, first) is None
    bring_back(dataset, first, Unannotated.DONE)
    earlier = earlier_answer(dataset, yolo(tmp_path / "second", 2, 1))
    assert earlier == EarlierAnswer("first", 1 / 4, 1 / 3)
    assert earlier.holds
    # Another tool may write another thing for an image that nobody has looked at.
    table = tmp_path / "boxes.csv"
    table.write_text("filename,xmin,ymin,xmax,ymax,label\na.png,0,0,0.5,0.5,cat\nb.png,,,,,\n")
    labels = read_labels(table)
    asked = undecided(labels.findings)
    assert asked is None or earlier_done_labels(dataset, labels, asked) is None


def test_labels_left_open_end_the_proposal(dataset: Dataset, tmp_path: Path) -> None:
    bring_back(dataset, yolo(tmp_path / "first", 3, 1), Unannotated.DONE)
    bring_back(dataset, yolo(tmp_path / "second", 2, 1), Unannotated.OPEN)
    assert earlier_answer(dataset, tmp_path / "first") is None
