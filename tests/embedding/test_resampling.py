import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from al_core.embedding.resampling import resample

PHOTO = Image.fromarray(load_sample_images().images[0]).crop((100, 50, 340, 290))


@pytest.mark.parametrize("resampling", ["bicubic", "bilinear"])
@pytest.mark.parametrize("size", [1, 7, 100, 224, 239, 240, 241, 512])
def test_pixels_are_those_of_pillow_but_for_rounding(size: int, resampling: str) -> None:
    pixels = np.frombuffer(PHOTO.tobytes("raw", "RGBX"), np.uint8).reshape(240, 240, 4)
    expected = np.asarray(PHOTO.resize((size, size), Image.Resampling[resampling.upper()])).astype(int)
    gaps = np.abs(resample(pixels, size, resampling) - expected)
    assert gaps.max() <= 1
    assert (gaps > 0).mean() < 0.01


@pytest.mark.parametrize("side", [1, 2, 3, 5])
def test_tiny_images_are_enlarged_as_by_pillow(side: int) -> None:
    small = PHOTO.resize((side, side))
    pixels = np.frombuffer(small.tobytes("raw", "RGBX"), np.uint8).reshape(side, side, 4)
    expected = np.asarray(small.resize((16, 16), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(resample(pixels, 16) - expected).max() <= 1
