import numpy as np
import pytest

from al_core.evaluation.gains import overlap_gain, precision_gain
from al_core.evaluation.object_matches import ImageObjects
from al_core.evaluation.object_metrics import mean_average_precision
from al_core.exceptions import InvalidInputError

BOX = np.array([[10.0, 10.0, 30.0, 30.0]])
CLASS = np.zeros(1, np.int64)
LABELED = ImageObjects(BOX, CLASS)
FOUND = ImageObjects(BOX, CLASS, np.ones(1))
MISSED = ImageObjects(np.empty((0, 4)), np.empty(0, np.int64), np.empty(0))


def shifted(sides: float) -> ImageObjects:
    """A box that is off by a share of its side, so that it overlaps by (1 - share) / (1 + share)."""
    return ImageObjects(BOX + np.array([20 * sides, 0, 20 * sides, 0]), CLASS, np.ones(1))


def test_finding_every_object_instead_of_every_second_gains_half() -> None:
    labels = [LABELED] * 40
    before = [FOUND, MISSED] * 20
    gain = precision_gain(labels, (before, [FOUND] * 40), 1)
    assert gain.speaks
    # Of the 101 recalls from 0 to 1 the 51 up to one half are reached before, all are reached after.
    assert gain.value == pytest.approx(1 - 51 / 101)
    assert 0.3 < gain.low < gain.value < gain.high < 0.7
    assert gain.n == 40
    loss = precision_gain(labels, ([FOUND] * 40, before), 1)
    assert loss.speaks
    assert (loss.value, loss.low, loss.high) == pytest.approx((-gain.value, -gain.high, -gain.low))


def test_the_gain_is_the_difference_of_both_figures() -> None:
    labels = [LABELED] * 30
    before = [FOUND] * 12 + [shifted(0.2)] * 18
    after = [FOUND] * 25 + [MISSED] * 5
    figures = [mean_average_precision(labels, each, 1) for each in (before, after)]
    assert figures[0].speaks
    assert figures[1].speaks
    gain = precision_gain(labels, (before, after), 1)
    assert gain.speaks
    assert gain.value == pytest.approx(figures[1].value - figures[0].value)


def test_what_is_hard_for_both_models_does_not_widen_the_interval() -> None:
    labels = [LABELED] * 60
    # Both miss the same half; one of them places some boxes better.
    before = [MISSED] * 30 + [shifted(0.1)] * 30
    after = [MISSED] * 30 + [FOUND] * 15 + [shifted(0.1)] * 15
    alone = mean_average_precision(labels, after, 1)
    gain = precision_gain(labels, (before, after), 1)
    assert alone.speaks
    assert gain.speaks
    assert gain.low > 0
    assert gain.high - gain.low < 0.8 * (alone.high - alone.low)


def test_models_that_differ_nowhere_may_differ_on_other_images() -> None:
    gain = precision_gain([LABELED] * 50, ([FOUND] * 50, [FOUND] * 50), 1)
    assert gain.speaks
    assert gain.value == 0
    assert gain.low < -0.02
    assert gain.high > 0.02


def test_groups_are_drawn_whole() -> None:
    labels = [LABELED] * 40
    groups = np.repeat(np.arange(10), 4)
    # All of a group is found, or nothing.
    before = [MISSED if group % 2 else FOUND for group in groups]
    alone = precision_gain(labels, (before, [FOUND] * 40), 1)
    grouped = precision_gain(labels, (before, [FOUND] * 40), 1, groups=groups)
    assert alone.speaks
    assert grouped.speaks
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_too_few_images_or_groups_and_nothing_labeled_are_refused() -> None:
    few = precision_gain([LABELED] * 29, ([FOUND] * 29, [FOUND] * 29), 1)
    assert few.text() == "29 test images; 30 are needed"
    groups = np.repeat(np.arange(5), 6)
    together = precision_gain([LABELED] * 30, ([FOUND] * 30, [FOUND] * 30), 1, groups=groups)
    assert together.text() == "test images of 5 groups; an interval needs 8"
    nothing = ImageObjects(np.empty((0, 4)), np.empty(0, np.int64))
    empty = precision_gain([nothing] * 30, ([FOUND] * 30, [FOUND] * 30), 1)
    assert empty.text() == "nothing is labeled on the test images yet"
    assert overlap_gain(np.ones((29, 1, 2)), np.ones((29, 1, 2))).text() == "29 test images; 30 are needed"


def test_models_are_paired_on_the_same_images() -> None:
    with pytest.raises(InvalidInputError, match="30 labeled ones, 30 predicted by one model and 29 by the other"):
        precision_gain([LABELED] * 30, ([FOUND] * 30, [FOUND] * 29), 1)
    with pytest.raises(InvalidInputError, match="paired models are judged on the same test images"):
        overlap_gain(np.ones((30, 1, 2)), np.ones((31, 1, 2)))


def test_masks_gain_by_the_mean_over_classes() -> None:
    before = np.tile([[[2.0, 4.0], [1.0, 2.0]]], (40, 1, 1))
    after = np.tile([[[3.0, 4.0], [2.0, 2.0]]], (40, 1, 1))
    gain = overlap_gain(before, after)
    assert gain.speaks
    # From one half on average to (3/4 + 1) / 2.
    assert gain.value == pytest.approx(0.375)


def detector(rng: np.random.Generator, hard: np.ndarray, skill: float) -> list[ImageObjects]:
    """Find each image's object unless it is too hard, off by the more the harder it is, beside a false alarm."""
    images = []
    for difficulty in hard:
        boxes = [BOX + rng.normal(0, 1 + 2 * difficulty * (1 - skill), 4)] if difficulty < skill + 0.4 else []
        scores = [rng.normal(1 - difficulty, 0.3)] * len(boxes)
        if rng.random() < 0.3 * (1 - skill):
            boxes.append(np.array([[60.0, 60.0, 80.0, 80.0]]))
            scores.append(rng.normal(0, 0.3))
        corners = np.concatenate([np.empty((0, 4)), *boxes])
        images.append(ImageObjects(corners, np.zeros(len(corners), np.int64), np.array(scores)))
    return images


def simulated(n_images: int, seed: int) -> tuple[list[ImageObjects], list[ImageObjects]]:
    rng = np.random.default_rng(seed)
    hard = rng.random(n_images)
    return detector(rng, hard, 0.3), detector(rng, hard, 0.45)


def test_intervals_of_few_images_hold_the_gain_of_many() -> None:
    n_many = 4000
    truth = precision_gain([LABELED] * n_many, simulated(n_many, seed=1), 1)
    assert truth.speaks
    assert truth.value > 0.05
    n_runs = 100
    gains = [precision_gain([LABELED] * 40, simulated(40, seed=seed), 1) for seed in range(100, 100 + n_runs)]
    n_held = sum(gain.speaks and gain.low <= truth.value <= gain.high for gain in gains)
    # 93 % of intervals at least; so many of 100 at a chance of 1 in 1,000 (binomial).
    assert n_held >= 85
