import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.files.foreign_services import SERVICES

BOX = [10.5, 20.0, 30.0, 40.0]
OUTPUTS: dict[str, Any] = {
    "TorchServe": {"a.jpg": [{"cat": BOX, "score": 0.9}], "b.jpg": []},
    "inference server": {
        "model_name": "m",
        "outputs": [{"name": "o", "datatype": "FP32", "shape": [2, 2], "data": [0.5, 0.5, 0.25, 0.75]}],
    },
    "Florence-2": {"a.jpg": {"<OD>": {"bboxes": [BOX], "labels": ["cat"]}}},
    "language model": [{"image": "a.jpg", "answer": [{"box_2d": [1, 2, 3, 4], "label": "cat", "confidence": 0.9}]}],
    "AutoML Vision": {
        "ID": "gs://b/a.jpg",
        "annotations": [{"annotation_spec_id": "1", "display_name": "cat", "classification": {"score": 0.9}}],
    },
    "Weights & Biases": {
        "_type": "table",
        "columns": ["image", "cat"],
        "data": [[{"_type": "image-file", "path": "media/a_1.jpg", "sha256": "x"}, 0.5]],
        "ncols": 2,
        "nrows": 1,
    },
}


@pytest.mark.parametrize("tool", OUTPUTS)
def test_the_output_of_a_service_is_named_with_what_to_write(tmp_path: Path, tool: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(OUTPUTS[tool]))
    with pytest.raises(FileFormatError, match=rf"x\.json is .*{tool}.*, which is not read; .*write .* as CSV"):
        read_predictions(path)


def test_a_class_called_like_a_key_is_none_of_a_service(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"image": "a.jpg", "probs": {"outputs": 0.25, "datatype": 0.25, "data": 0.5}}]))
    assert read_predictions(path).class_names == ["outputs", "datatype", "data"]


def test_no_two_services_have_the_same_rule() -> None:
    assert len({id(kind.recognizes) for kind in SERVICES}) == len(SERVICES)
