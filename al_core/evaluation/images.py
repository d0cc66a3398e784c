"""What metrics of objects and masks have in common: each image is one draw, however much is on it."""

from al_core.evaluation.statistic import Refusal
from al_core.text import counted

LEAST_IMAGES = 30
"""Objects of one image are alike, so images are drawn, and with fewer their spread cannot be told."""


def too_few_images(n_images: int) -> Refusal:
    """Return the refusal of a metric over so many images."""
    return Refusal(f"{counted(n_images, 'test image')}; {LEAST_IMAGES} are needed", n_images, LEAST_IMAGES)
