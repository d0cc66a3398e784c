import numpy as np
import pytest

from al_core.embedding.load import load_model
from al_core.embedding.model import Preprocessing


def test_the_facts_name_the_model_and_what_it_was_shown() -> None:
    facts = load_model().facts
    assert facts["model"] == "efficientnet-lite0"
    assert facts["preprocessing"]["size"] == 224
    assert facts["runtime"].startswith("onnxruntime ")


def test_pixels_are_scaled_by_mean_and_deviation_and_channels_come_first() -> None:
    images = np.array([[[[0, 51, 255]]]], np.uint8)
    scaled = Preprocessing(1, (0.5, 0.2, 0.0), (0.5, 1.0, 2.0)).apply(images)
    assert scaled.shape == (1, 3, 1, 1)
    assert scaled.reshape(-1).tolist() == pytest.approx([-1.0, 0.0, 0.5], abs=1e-7)
