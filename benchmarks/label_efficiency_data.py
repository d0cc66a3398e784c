"""The pools of `label_efficiency.py`: digits and Fashion-MNIST (Debian package dataset-fashion-mnist)."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
FASHION = Path("/usr/share/datasets/fashion-mnist")


@dataclass(frozen=True)
class Split:
    """A pool to label from, the labels an annotator would give, and a test set no strategy sees."""

    pool: Array
    labels: Labels
    test: Array
    test_labels: Labels
    batch: int
    n_batches: int = 15


def unit(vectors: Array) -> Array:
    unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit.astype(np.float32)


def digits(rng: np.random.Generator) -> Split:
    from sklearn.datasets import load_digits

    data = load_digits()
    order = rng.permutation(len(data.target))
    x, y = unit(data.data[order]), data.target[order]
    return Split(x[:1000], y[:1000], x[1000:], y[1000:], 10)


@cache
def _fashion_file(part: str) -> tuple[Images, Labels]:
    with gzip.open(FASHION / f"{part}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(FASHION / f"{part}-labels-idx1-ubyte.gz") as file:
        return images, np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64)


def _pixels(images: Images) -> Array:
    return images.astype(np.float32) / 255


def _fashion(rng: np.random.Generator, draw: Callable[[Labels], Labels]) -> Split:
    from sklearn.decomposition import PCA

    images, labels = _fashion_file("train")
    test, test_labels = _fashion_file("t10k")
    order = rng.permutation(len(images))
    # The projection comes from images that are in neither pool nor test set.
    pca = PCA(64, random_state=0).fit(_pixels(images[order[:5000]]))
    chosen = order[5000:][draw(labels[order[5000:]])]
    tested = rng.choice(len(test), 4000, replace=False)
    pool, unseen = (unit(pca.transform(_pixels(some))) for some in (images[chosen], test[tested]))
    return Split(pool, labels[chosen], unseen, test_labels[tested], 20)


def fashion(rng: np.random.Generator) -> Split:
    return _fashion(rng, lambda labels: np.arange(2500))


def fashion_large(rng: np.random.Generator) -> Split:
    return replace(_fashion(rng, lambda labels: np.arange(10_000)), batch=40, n_batches=25)


def fashion_long_tail(rng: np.random.Generator) -> Split:
    def draw(labels: Labels) -> Labels:
        sizes = (600 * 0.05 ** (rng.permutation(10) / 9)).astype(int)
        return np.concatenate([np.flatnonzero(labels == c)[:n] for c, n in enumerate(sizes)])

    return _fashion(rng, draw)


def fashion_duplicated(rng: np.random.Generator) -> Split:
    return _fashion(rng, lambda labels: np.repeat(np.arange(2500), rng.integers(1, 21, 2500) // 4)[:2500])


def fashion_mislabeled(rng: np.random.Generator) -> Split:
    split = fashion(rng)
    labels, wrong = split.labels.copy(), rng.random(len(split.labels)) < 0.1
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, wrong.sum())) % 10
    return replace(split, labels=labels)


VARIANTS = {
    f.__name__.replace("_", "-"): f
    for f in (digits, fashion, fashion_large, fashion_long_tail, fashion_duplicated, fashion_mislabeled)
}
