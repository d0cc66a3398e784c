import base64
import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import PredictionFiles, Predictions, ReadingChoices, ScoreTable, read_prediction_files
from al_core.formats.join.finding import LOGITS
from tests.formats.predictions.tools.objects import saved


def read(path: Path, choices: ReadingChoices | None = None) -> Predictions | ScoreTable:
    return read_prediction_files(PredictionFiles(path), choices or ReadingChoices())


def classified(label: str, **numbers: Any) -> dict[str, Any]:
    return {"_cls": "Classification", "label": label, **numbers}


def samples(path: Path, *labels: dict[str, Any] | None) -> Path:
    entries: list[dict[str, Any]] = [
        {"filepath": f"data/{number}.jpg", "tags": [], "resnet": label} for number, label in enumerate(labels)
    ]
    return saved(path, {"samples": entries})


def packed(values: list[float]) -> dict[str, Any]:
    """As FiftyOne serializes a vector."""
    file = io.BytesIO()
    np.save(file, np.array(values))
    return {"$binary": {"base64": base64.b64encode(zlib.compress(file.getvalue())).decode(), "subType": "00"}}


def test_one_confidence_gives_least_confidence_alone(tmp_path: Path) -> None:
    contents = read(samples(tmp_path / "samples.json", classified("cat", confidence=0.75), None))
    assert isinstance(contents, ScoreTable)
    # What is null was not predicted.
    assert contents.filenames == ["data/0.jpg"]
    assert contents.scores["uncertainty_least_confidence"].tolist() == [0.25]


@pytest.mark.parametrize("as_written", [list, packed])
def test_logits_are_read_before_the_confidence_beside_them(tmp_path: Path, as_written: Any) -> None:
    of_cat, of_dog = np.log([0.75, 0.25]).tolist(), np.log([0.25, 0.75]).tolist()
    labels = [
        classified("cat", confidence=0.75, logits=as_written([1 + value for value in of_cat])),
        classified("dog", confidence=0.75, logits=as_written([1 + value for value in of_dog])),
    ]
    path = samples(tmp_path / "samples.json", *labels)
    assert LOGITS in [finding.what for finding in read(path).findings]
    predictions = read(path, ReadingChoices(softmax=True))
    assert isinstance(predictions, Predictions)
    # Which logit is whose follows from the images in which it is the highest.
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_allclose(predictions.outputs, [[0.75, 0.25], [0.25, 0.75]], atol=1e-6)


def test_labels_json_has_the_confidence_of_each_image(tmp_path: Path) -> None:
    labels = {"b/scan_1.5": {"label": 1, "confidence": 0.5}, "c": None}
    contents = read(saved(tmp_path / "labels.json", {"classes": ["cat", "dog"], "labels": labels}))
    assert isinstance(contents, ScoreTable)
    assert contents.filenames == ["b/scan_1.5.json"]
    assert contents.scores["uncertainty_least_confidence"].tolist() == [0.5]


def test_another_number_of_logits_is_refused_with_its_sample(tmp_path: Path) -> None:
    path = samples(tmp_path / "s.json", classified("cat", logits=[1.0, 2.0]), classified("cat", logits=[1.0]))
    with pytest.raises(FileFormatError, match="sample 1 counting from 0: 1 logits, others have 2"):
        read(path)


def test_labels_json_without_confidences_is_named_as_labels(tmp_path: Path) -> None:
    path = saved(tmp_path / "labels.json", {"classes": ["cat", "dog"], "labels": {"a": 1}})
    with pytest.raises(
        FileFormatError, match=r"read as labels \(FiftyOne\) and holds no predictions; add it as labels"
    ):
        read(path)
