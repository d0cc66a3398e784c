"""Claims: al_core scores predictions faster than plain numpy, on this machine, with both sides in one run.

1. 1,000,000 x 100 float32 class probabilities: at least 5 times faster, with extra memory under 15 % of the input.
2. 5,000 images x 20 boxes x 80 classes given as arrays: at least 30 times faster than one scorer per image.
3. Probability maps of 512 x 1024 x 19 (street scenes at half size), one at a time: at least 10 times faster than one
   scorer per map. Maps of 256 x 256 x 19 are printed too; their copies in the peer still fit into the cache.

The peer normalizes as Lightly 1.2.25 does, by scoring a certain and an uncertain prediction each time. Both start from
arrays; al_core's time for detection includes their checks. Run with `python -m benchmarks.scoring`.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from al_core.scorers import ScorerClassification, ScorerObjectDetection, ScorerSemanticSegmentation
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

Array = NDArray[np.floating]
REPEATS = 5


def main() -> None:
    rng = np.random.default_rng(0)
    compare_classification(softmax(rng, 1_000_000, 100))
    compare_detection(rng.random((5_000, 20), np.float32), softmax(rng, 5_000, 20, 80))
    compare_segmentation(softmax(rng, 6, 512, 1024, 19))
    compare_segmentation(softmax(rng, 20, 256, 256, 19))


def compare_classification(probabilities: Array) -> None:
    def plain() -> dict[str, Array]:
        return plain_scores(probabilities)

    def ours() -> dict[str, Array]:
        return ScorerClassification(probabilities).calculate_scores()

    report("1,000,000 x 100 float32", plain, ours)
    for name, run in (("plain numpy", plain), ("al_core", ours)):
        share = peak_memory(run) / probabilities.nbytes
        print(f"  extra peak memory, {name}: {share:.1%} of the predictions")


def compare_detection(objectness: Array, class_probabilities: Array) -> None:
    n_images, n_boxes = objectness.shape
    boxes = np.tile(np.array([0.1, 0.1, 0.9, 0.9]), (n_images * n_boxes, 1))

    def plain() -> dict[str, Array]:
        return plain_detection_scores(objectness, class_probabilities)

    def ours() -> dict[str, Array]:
        objects = ObjectDetectionOutput(boxes, objectness.ravel(), class_probabilities.reshape(len(boxes), -1))
        return ScorerObjectDetection(ObjectDetectionBatch(objects, np.full(n_images, n_boxes))).calculate_scores()

    report("5,000 images x 20 boxes x 80 classes", plain, ours)


def compare_segmentation(maps: Array) -> None:
    def one_by_one() -> Iterator[Array]:
        yield from maps

    def plain() -> dict[str, Array]:
        scores = [plain_scores(map_.reshape(-1, map_.shape[2])) for map_ in one_by_one()]
        return {name: np.array([values[name].mean() for values in scores]) for name in scores[0]}

    def ours() -> dict[str, Array]:
        return ScorerSemanticSegmentation(one_by_one()).calculate_scores()

    report("{} probability maps of {} x {} x {}".format(*maps.shape), plain, ours)


def plain_scores(probabilities: Array) -> dict[str, Array]:
    n_classes = probabilities.shape[1]
    scores = plain_uncertainties(probabilities)
    lowest = plain_uncertainties(np.eye(1, n_classes))
    highest = plain_uncertainties(np.full((1, n_classes), 1 / n_classes))
    return {name: np.interp(scores[name], [lowest[name][0], highest[name][0]], [0, 1]) for name in scores}


def plain_uncertainties(probabilities: Array) -> dict[str, Array]:
    ordered = np.partition(probabilities, -2, axis=1)
    logarithms = np.log2(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    scores = {
        "uncertainty_least_confidence": 1 - np.max(probabilities, axis=1),
        "uncertainty_margin": 1 - (ordered[:, -1] - ordered[:, -2]),
        "uncertainty_entropy": -np.sum(probabilities * logarithms, axis=1),
    }
    return {name: np.nan_to_num(values) for name, values in scores.items()}


def plain_detection_scores(objectness: Array, class_probabilities: Array) -> dict[str, Array]:
    counts = []
    least_confidence = []
    highest: dict[str, list[float]] = {}
    for object_probabilities, probabilities in zip(objectness, class_probabilities, strict=True):
        seen: dict[int, float] = {}
        for label in probabilities.argmax(axis=1):
            seen[label] = seen[label] + 0.25 if label in seen else 1.0
        counts.append(sum(seen.values()))
        least_confidence.append(1 - np.mean(object_probabilities * probabilities.max(axis=1)))
        for name, scores in plain_scores(probabilities).items():
            highest.setdefault(f"classification_{name}", []).append(float(np.max(scores)))
    frequency = np.interp(counts, (min(counts), max(counts)), (0.9, 1.0))
    first = {"object_frequency": frequency, "objectness_least_confidence": np.array(least_confidence)}
    return first | {name: np.array(values) for name, values in highest.items()}


def report(case: str, plain: Callable[[], dict[str, Array]], ours: Callable[[], dict[str, Array]]) -> None:
    expected, scores = plain(), ours()
    for name, values in expected.items():
        np.testing.assert_allclose(scores[name], values, atol=2e-6)
    plain_seconds, our_seconds = [], []
    for _ in range(REPEATS):
        plain_seconds.append(seconds(plain))
        our_seconds.append(seconds(ours))
    slow = statistics.median(plain_seconds)
    fast = statistics.median(our_seconds)
    print(f"{case}: plain numpy {slow:.3f} s, al_core {fast:.3f} s, {slow / fast:.1f} times faster")


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def peak_memory(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def softmax(rng: np.random.Generator, *shape: int) -> Array:
    exponentials = np.exp(3 * rng.standard_normal(shape, np.float32))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


if __name__ == "__main__":
    main()
