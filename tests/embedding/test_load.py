import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from al_core.embedding.images import decode
from al_core.embedding.load import BUILT_IN_FILE, LOADERS, load_model
from al_core.exceptions import InvalidInputError, MissingInputError
from tests.embedding.models import mean_color

ROOT = Path(__file__).resolve().parents[2]


def test_the_built_in_model_is_the_file_that_notice_describes() -> None:
    digest = hashlib.sha256(BUILT_IN_FILE.read_bytes()).hexdigest()
    assert f"sha256 of the file: {digest}" in (ROOT / "NOTICE").read_text()
    assert load_model().facts["model_digest"] == digest


def test_the_built_in_model_recognizes_photographs() -> None:
    import onnxruntime
    import sklearn.datasets

    folder = Path(sklearn.datasets.__file__).parent / "images"
    photos = np.stack([decode(folder / name, 224).pixels for name in ("china.jpg", "flower.jpg")])
    session = onnxruntime.InferenceSession(str(BUILT_IN_FILE), providers=["CPUExecutionProvider"])
    logits = session.run(["logits"], {"images": photos})[0]
    # ImageNet: 698 is "palace", 985 "daisy".
    assert logits.argmax(axis=1).tolist() == [698, 985]


def test_a_function_is_a_model() -> None:
    model = load_model(mean_color)
    assert model.name.endswith(":mean_color")
    assert model.digest is None
    assert model.run(np.full((1, 2, 2, 3), 7, np.uint8)).tolist() == [[7.0, 7.0, 7.0]]


def test_a_function_can_be_named() -> None:
    assert load_model("python:statistics:fmean").run([1, 3]) == 2  # type: ignore[arg-type]  # any function will do


@pytest.mark.parametrize(
    "name",
    ["python:no_such_module:f", "python:math:no_such_function", "python:math", "python::f", "python:./model.py:f"],
)
def test_a_missing_function_is_explained(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be loaded .* give python:MODULE:FUNCTION"):
        load_model(name)


@pytest.mark.parametrize("name", ["resnet", "timm:", "tim:resnet18", ""])
def test_an_unknown_model_is_answered_with_the_ways_to_choose_one(name: str) -> None:
    expected = f"there is no model '{name}'; give efficientnet-lite0, a file that ends in .onnx"
    with pytest.raises(InvalidInputError, match=re.escape(expected)):
        load_model(name)


@pytest.mark.parametrize(
    ("model", "package"),
    [("timm:resnet18", "timm"), ("torchvision:resnet18", "torchvision"), ("open_clip:ViT-B-32/x", "open_clip_torch")],
)
def test_a_library_that_is_missing_is_answered_with_how_to_install_it(model: str, package: str) -> None:
    with pytest.raises(MissingInputError, match=f"not installed; run: pip install {package}$"):
        load_model(model)


def test_every_kind_of_model_is_listed() -> None:
    assert set(LOADERS) == {"timm", "torchvision", "open_clip", "python"}
