"""The libraries are stood in for: they are optional, and `tools/check_torch_models.py` checks the real ones."""

import sys
from contextlib import nullcontext
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from al_core.embedding import load_model
from al_core.exceptions import InvalidInputError


class Tensor:
    """As much of a tensor as an embedding passes through."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def to(self, device: str) -> "Tensor":
        assert device == "cpu"
        return self

    def flatten(self, axis: int) -> "Tensor":
        return Tensor(self.values.reshape(*self.values.shape[:axis], -1))

    def float(self) -> "Tensor":
        return Tensor(self.values.astype(np.float32))

    def cpu(self) -> "Tensor":
        return self

    contiguous = cpu

    def numpy(self) -> Any:
        return self.values


class MeanOfChannels:
    """A network without its classifier: the mean of each channel."""

    weights = Tensor([1.0, 2.0])

    def __call__(self, images: Tensor) -> Tensor:
        return Tensor(images.values.mean(axis=(2, 3), keepdims=True))

    def to(self, device: str) -> "MeanOfChannels":
        return self

    def eval(self) -> None:
        pass

    def state_dict(self) -> dict[str, Tensor]:
        return {"weights": self.weights}


def library(name: str, **contents: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(contents, __version__="1.2")
    return module


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = SimpleNamespace(is_available=lambda: False)
    stand_in = library("torch", cuda=cuda, inference_mode=nullcontext, from_numpy=Tensor)
    monkeypatch.setitem(sys.modules, "torch", stand_in)


@pytest.fixture
def timm(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    config = {
        "input_size": (3, 224, 224),
        "crop_pct": 0.875,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.5, 0.5, 0.5),
        "interpolation": "bilinear",
    }

    def create_model(name: str, *, pretrained: bool, num_classes: int) -> MeanOfChannels:
        assert (pretrained, num_classes) == (True, 0)
        if name == "offline":
            raise OSError("cannot reach the hub")
        if name == "unknown":
            raise RuntimeError("Unknown model (unknown)")
        return MeanOfChannels()

    reads_config = SimpleNamespace(resolve_model_data_config=lambda network: config)
    monkeypatch.setitem(sys.modules, "timm", library("timm", create_model=create_model, data=reads_config))
    return config


@pytest.mark.usefixtures("timm")
def test_a_model_of_timm_scales_pixels_and_returns_one_row_per_image() -> None:
    model = load_model("timm:resnet18")
    # 51 / 255 = 0.2, and (0.2 - 0.5) / 0.5 = -0.6
    embeddings = model.run(np.full((2, 8, 8, 3), 51, np.uint8))
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(embeddings, np.full((2, 3), -0.6), rtol=1e-6)
    assert model.runtime == "torch 1.2, timm 1.2, cpu"


@pytest.mark.usefixtures("timm")
def test_the_middle_square_is_the_one_that_timm_cuts() -> None:
    preprocessing = load_model("timm:resnet18").preprocessing
    # 224 / 0.875 = 256 pixels on the shorter side, of which 224 are kept.
    assert (preprocessing.size, preprocessing.crop) == (224, 224 / 256)
    assert preprocessing.resampling == "bilinear"


def test_a_filter_that_pillow_lacks_becomes_bicubic(timm: dict[str, Any]) -> None:
    timm["interpolation"] = "random"
    assert load_model("timm:resnet18").preprocessing.resampling == "bicubic"


@pytest.mark.usefixtures("timm")
def test_the_digest_is_that_of_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_model("timm:resnet18").digest
    assert first == load_model("timm:resnet34").digest
    monkeypatch.setattr(MeanOfChannels, "weights", Tensor([1.0, 3.0]))
    assert load_model("timm:resnet18").digest != first


@pytest.mark.usefixtures("timm")
def test_weights_that_cannot_be_fetched_say_where_they_come_from() -> None:
    with pytest.raises(
        InvalidInputError, match=r"timm cannot load 'offline': cannot reach the hub; weights are fetched"
    ):
        load_model("timm:offline")


@pytest.mark.usefixtures("timm")
def test_a_model_that_the_library_lacks_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"timm cannot load 'unknown': Unknown model \(unknown\)$"):
        load_model("timm:unknown")


def test_a_model_of_open_clip_without_weights_is_answered_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {"RN50": ["openai", "yfcc15m"]}
    monkeypatch.setitem(
        sys.modules, "open_clip", library("open_clip", list_pretrained_tags_by_model=lambda name: tags[name])
    )
    with pytest.raises(InvalidInputError, match="give open_clip:RN50/WEIGHTS, one of: openai, yfcc15m"):
        load_model("open_clip:RN50")
