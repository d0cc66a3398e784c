import inspect
from pathlib import Path

import pytest

from al_core import formats
from al_core.exceptions import NotFoundError
from al_core.formats import READERS, PredictionFiles, Predictions, ReadingChoices, worker
from tests.formats.test_fuzz import EXAMPLES, FORMATS, READ
from tests.formats.worker.test_values import assert_same

IN_WORKER = {kind: getattr(worker, function.__name__) for kind, function in READ.items()}


@pytest.mark.parametrize("kind", READERS)
def test_a_worker_reads_what_the_process_reads(kind: str) -> None:
    for other, _, example in FORMATS:
        if other == kind:
            assert_same(READ[kind](EXAMPLES / example), IN_WORKER[kind](EXAMPLES / example))


def test_filenames_from_elsewhere_are_passed_on() -> None:
    names = [f"{row}.png" for row in range(10)]
    assert worker.read_embeddings(EXAMPLES / "embeddings" / "npy.npy", filenames=names).filenames == names
    assert worker.read_predictions(EXAMPLES / "predictions" / "npy.npy", filenames=tuple(names)).filenames == names


def test_files_that_belong_together_are_read_together() -> None:
    files = PredictionFiles(EXAMPLES / "predictions" / "npy.npy", class_names=EXAMPLES / "class-names" / "txt.txt")
    predictions = worker.read_prediction_files(files, ReadingChoices(format="npy"))
    assert isinstance(predictions, Predictions)
    assert predictions.class_names == [f"digit {number}" for number in range(10)]


def test_formats_are_recognized() -> None:
    assert worker.recognize(EXAMPLES / "predictions" / "yolo.zip") == "yolo"
    assert worker.recognize(EXAMPLES / "scores" / "csv.csv") == "scores"


def test_a_file_is_recognized_again_once_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("filename,entropy\na.png,0.5\n")
    assert [worker.recognize(path), worker.recognize(path)] == ["scores", "scores"]
    path.write_text("filename,cat,dog\na.png,0.5,0.5\n")
    assert worker.recognize(path) == "csv"
    path.unlink()
    with pytest.raises(NotFoundError, match="there is no file"):
        worker.recognize(path)


@pytest.mark.parametrize("name", worker.__all__)
def test_every_function_takes_arguments_of_the_one_that_it_stands_for(name: str) -> None:
    arguments = inspect.signature(getattr(worker, name)).parameters
    originals = inspect.signature(getattr(formats, name)).parameters
    assert set(arguments) <= set(originals)
