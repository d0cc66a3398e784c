"""Claim: 95 % intervals of a difference in mAP hold the truth in at least 93 % of samples, from 30 test images on.

Simulated detectors: what they find, how well they place it and how sure they are depends on how hard an image and its
objects are, which is the same for both models, and on luck of their own. The truth is that of 15,000 images.

`python -m benchmarks.map_gains` prints the table of docs/benchmarks/map_gains.md; `--runs` sets the samples of a cell.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import draw_counts
from al_core.evaluation.gains import gain_interval
from al_core.evaluation.object_matches import ObjectMatches
from al_core.evaluation.object_metrics import N_DRAWS, PrecisionDraws

THRESHOLDS = np.arange(0.5, 1.0, 0.05)
N_IMAGES = (30, 60, 120)
N_MANY = 15_000
OBJECTS_AN_IMAGE = 2.5
IMAGE_SPREAD = 0.7
"""How much images differ in how hard they are, in logits (standard deviation)."""
OBJECT_SPREAD = 0.8
LONG_TAIL = (1, 0.6, 0.4, 0.25, 0.15, 0.1, 0.08, 0.05)

Model = Sequence[ObjectMatches]


@dataclass(frozen=True)
class Case:
    """Two models that are compared.

    Attributes:
        name: What is special about them.
        skills: Of the earlier and the later one, in logits of finding an object.
        frequencies: Of the classes, relative to the most frequent one.
        shared: The share of the difficulty of objects that is the same for both models.
        lost: The share of images on which the later model finds nothing and otherwise equals the earlier one.
    """

    name: str
    skills: tuple[float, float] = (0.5, 0.5)
    frequencies: tuple[float, ...] = (1, 0.7, 0.3)
    shared: float = 0.8
    lost: float = 0.0


CASES = (
    Case("no gain"),
    Case("small gain, one class", (0.0, 0.3), (1,)),
    Case("large gain", (-1.5, 0.8)),
    Case("eight classes, long tail", (0.0, 0.4), LONG_TAIL),
    Case("two strong models", (2.0, 2.4)),
    Case("two weak models", (-2.5, -1.5)),
    Case("an object on every second image", (0.0, 0.5), (0.3,)),
    Case("models that err alike", (0.8, 0.9), shared=1.0),
    Case("they differ on 5 % of the images", (1.0, 1.0), lost=0.05),
    Case("they differ on 2 % of the images", (1.0, 1.0), lost=0.02),
)


def models(case: Case, n_images: int, rng: np.random.Generator) -> tuple[Model, Model]:
    """Return what both models find on random images, class by class."""
    image_level = rng.normal(0, IMAGE_SPREAD, n_images)
    pairs = [_of_class(case, OBJECTS_AN_IMAGE * frequency, image_level, rng) for frequency in case.frequencies]
    before = [first for first, _ in pairs]
    if not case.lost:
        return before, [second for _, second in pairs]
    is_lost = rng.random(n_images) < case.lost
    return before, [_without(matches, is_lost) for matches in before]


@dataclass(frozen=True, eq=False)
class _Objects:
    """The labeled objects of one class.

    Attributes:
        rate: How many an image has on average.
        image_level: (N,) how easy each image is.
        n_objects: (N,) how many each image has.
        image: (O,) the image of each object.
        level: (O,) how easy each object is, in logits.
    """

    rate: float
    image_level: NDArray[np.float64]
    n_objects: NDArray[np.int64]
    image: NDArray[np.int64]
    level: NDArray[np.float64]


def _of_class(
    case: Case, rate: float, image_level: NDArray[np.float64], rng: np.random.Generator
) -> tuple[ObjectMatches, ObjectMatches]:
    # Objects of a class come together: on many images there is none.
    n_objects = rng.poisson(rate * rng.gamma(1.0, 1.0, len(image_level)))
    image = np.repeat(np.arange(len(image_level)), n_objects)
    level = rng.normal(0, OBJECT_SPREAD, len(image)) + image_level[image]
    objects = _Objects(rate, image_level, n_objects, image, level)
    first, second = (_found(case, skill, objects, rng) for skill in case.skills)
    return first, second


def _found(case: Case, skill: float, objects: _Objects, rng: np.random.Generator) -> ObjectMatches:
    n = len(objects.image)
    own = rng.normal(0, OBJECT_SPREAD, n)
    ease = skill + np.sqrt(case.shared) * objects.level + np.sqrt(1 - case.shared) * own
    is_found = rng.random(n) < _logistic(ease + 1)
    overlap = _logistic(0.9 + 0.7 * ease + rng.normal(0, 0.7, n))
    sureness = ease + rng.normal(1.2, 1, n)
    # A weak model sees more where nothing is, and so do both on hard images.
    n_false = rng.poisson(objects.rate * np.exp(-0.3 * (skill + objects.image_level)))
    false_image = np.repeat(np.arange(len(objects.n_objects)), n_false)
    scores = np.concatenate([sureness[is_found], rng.normal(-0.5, 1, len(false_image))])
    is_right = np.zeros((len(THRESHOLDS), len(scores)), bool)
    is_right[:, : is_found.sum()] = overlap[is_found] >= THRESHOLDS[:, None]
    order = np.argsort(-scores, kind="mergesort")
    images = np.concatenate([objects.image[is_found], false_image])[order]
    return ObjectMatches(images, is_right[:, order], np.ones_like(is_right), objects.n_objects)


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-values))


def _without(matches: ObjectMatches, is_lost: NDArray[np.bool_]) -> ObjectMatches:
    kept = ~is_lost[matches.image]
    return ObjectMatches(matches.image[kept], matches.is_right[:, kept], matches.counts[:, kept], matches.n_objects)


def draws_of(model: Model, weights: NDArray[np.float64]) -> PrecisionDraws:
    """Return the average precision of each class for each row of weights."""
    values = np.array([matches.average_precision(weights) for matches in model])
    return PrecisionDraws(values, (), weights.shape[1])


def truths(case: Case) -> NDArray[np.float64]:
    """Return (C,) by how much the average precision of each class is higher on many images."""
    weights = np.ones((1, N_MANY))
    before, after = (draws_of(model, weights).values[:, 0] for model in models(case, N_MANY, np.random.default_rng(1)))
    return np.asarray(after - before)


def row(case: Case, n_images: int, n_runs: int) -> str:
    """Return a line of the table: how often the interval holds the truth, and how wide it is."""
    of_classes = truths(case)
    held = []
    widths = []
    for seed in range(n_runs):
        before, after = models(case, n_images, np.random.default_rng(1000 + seed))
        weights = np.concatenate([np.ones((1, n_images)), *draw_counts(n_images, N_DRAWS, seed)])
        of_before = draws_of(before, weights)
        gain = gain_interval(of_before.means(), draws_of(after, weights).means(), n_images, n_images)
        if not gain.speaks:
            continue
        # The statement is about the classes that are labeled in the sample.
        truth = of_classes[~np.isnan(of_before.values[:, 0])].mean()
        held.append(gain.low <= truth <= gain.high)
        widths.append(gain.high - gain.low)
    figures = f"{100 * of_classes.mean():+.1f} | {100 * np.mean(held):.1f} | {50 * np.mean(widths):.1f}"
    return f"| {case.name} | {n_images} | {figures} |"


def main(argv: Sequence[str] | None = None, show: Callable[[str], None] = print) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="samples of each cell")
    n_runs = parser.parse_args(argv).runs
    show("| models | test images | true difference, points | coverage % | ± points |\n|---|---|---|---|---|")
    for case in CASES:
        for n_images in N_IMAGES:
            show(row(case, n_images, n_runs))


if __name__ == "__main__":
    main()
