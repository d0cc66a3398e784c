"""How many labels each strategy needs: rounds of labelling with a linear classifier, simulated on labelled data.

Run `OPENBLAS_NUM_THREADS=1 python benchmarks/label_efficiency.py` (an hour or two of two cores; it goes on where it
stopped). Each seed is one split of pool and test set that all strategies share. Strategies see the embeddings of the
pool, the labels bought so far and the classifier trained on them, never the test set. Strategies that can start without
labels pick their own first batch; the others start from the random batch of RANDOM.
"""

import argparse
import gzip
import json
import os
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.selection import select

Array = NDArray[np.floating]
FASHION = Path("/usr/share/datasets/fashion-mnist")
N_ROUNDS = 14


@dataclass(frozen=True)
class Split:
    """A pool to label from, the labels an annotator would give, and a test set no strategy sees."""

    pool: Array
    labels: NDArray[np.int64]
    test: Array
    test_labels: NDArray[np.int64]
    batch: int


@dataclass(frozen=True)
class State:
    """What a strategy may know."""

    pool: Array
    labels: NDArray[np.float64]  # NaN where not bought
    model: object | None
    probabilities: Array | None
    batch: int
    seed: int

    @property
    def labeled(self) -> NDArray[np.int64]:
        """Rows whose label was bought."""
        return np.flatnonzero(~np.isnan(self.labels))

    @property
    def margin(self) -> Array:
        """One minus the lead of the most probable class; 1 for all without a model."""
        if self.probabilities is None:
            return np.ones(len(self.pool))
        top = np.sort(self.probabilities, axis=1)
        return 1 - (top[:, -1] - top[:, -2])


def unit(vectors: Array) -> Array:
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def digits(rng: np.random.Generator) -> Split:
    from sklearn.datasets import load_digits

    data = load_digits()
    order = rng.permutation(len(data.target))
    x, y = unit(data.data[order]), data.target[order]
    return Split(x[:1000], y[:1000], x[1000:], y[1000:], 10)


def _fashion_file(part: str) -> tuple[Array, NDArray[np.int64]]:
    with gzip.open(FASHION / f"{part}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(FASHION / f"{part}-labels-idx1-ubyte.gz") as file:
        return images.astype(np.float32) / 255, np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64)


def _fashion(rng: np.random.Generator, draw: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Split:
    from sklearn.decomposition import PCA

    images, labels = _fashion_file("train")
    test, test_labels = _fashion_file("t10k")
    order = rng.permutation(len(images))
    # The projection comes from images that are in neither pool nor test set.
    pca = PCA(64, random_state=0).fit(images[order[:5000]])
    chosen = order[5000:][draw(labels[order[5000:]])]
    tested = rng.choice(len(test), 4000, replace=False)
    return Split(
        unit(pca.transform(images[chosen])), labels[chosen], unit(pca.transform(test[tested])), test_labels[tested], 20
    )


def fashion(rng: np.random.Generator) -> Split:
    return _fashion(rng, lambda labels: np.arange(2500))


def fashion_long_tail(rng: np.random.Generator) -> Split:
    def draw(labels: NDArray[np.int64]) -> NDArray[np.int64]:
        sizes = (600 * 0.05 ** (rng.permutation(10) / 9)).astype(int)
        return np.concatenate([np.flatnonzero(labels == c)[:n] for c, n in enumerate(sizes)])

    return _fashion(rng, draw)


def fashion_duplicated(rng: np.random.Generator) -> Split:
    return _fashion(rng, lambda labels: np.repeat(np.arange(2500), rng.integers(1, 21, 2500) // 4)[:2500])


def fashion_mislabelled(rng: np.random.Generator) -> Split:
    split = fashion(rng)
    labels, wrong = split.labels.copy(), rng.random(len(split.labels)) < 0.1
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, wrong.sum())) % 10
    return Split(split.pool, labels, split.test, split.test_labels, split.batch)


VARIANTS = {
    f.__name__.replace("_", "-"): f
    for f in (digits, fashion, fashion_long_tail, fashion_duplicated, fashion_mislabelled)
}


def ours(method: str, **options: object) -> Callable[[State], NDArray[np.int64]]:
    def query(state: State) -> NDArray[np.int64]:
        n = len(state.labeled) + state.batch
        config = SelectionConfig(method, n, seed=state.seed, **options)
        return select(state.pool, config, scores=state.margin, preselected_rows=state.labeled)

    return query


def mundig_product(state: State) -> NDArray[np.int64]:
    from lightly_mundig import Selection

    selection = Selection()
    selection.add_diversifying_strategy(state.pool, 1.0)
    selection.add_weighting_strategy(state.margin.astype(np.float32), 1.0)
    n_labeled = len(state.labeled)
    rows = selection.run_selection(state.labeled.tolist(), len(state.pool), n_labeled + state.batch)
    return np.array(rows[n_labeled:])


def peer(name: str, **options: object) -> Callable[[State], NDArray[np.int64]]:
    def query(state: State) -> NDArray[np.int64]:
        import skactiveml.pool

        strategy = getattr(skactiveml.pool, name)(random_state=state.seed, **options)
        arguments = {"X": state.pool, "y": state.labels, "batch_size": state.batch}
        if name in ("UncertaintySampling", "Badge", "DropQuery"):
            arguments |= {"clf": state.model, "fit_clf": False}
        return np.asarray(strategy.query(**arguments))

    return query


COLD = ("CORAL", "CORAL product", "CORESET", "CoreSet", "TypiClust", "ProbCover", "MaxHerding", "mundig product")
STRATEGIES: dict[str, Callable[[State], NDArray[np.int64]]] = {
    "RANDOM": ours("RANDOM"),
    "CORAL": ours("CORAL"),
    "CORAL product": ours("CORAL", coral="product"),
    "CORESET": ours("CORESET"),
    "mundig product": mundig_product,
    "margin": peer("UncertaintySampling", method="margin_sampling"),
    "CoreSet": peer("CoreSet"),
    "Badge": peer("Badge"),
    "TypiClust": peer("TypiClust"),
    "ProbCover": peer("ProbCover", n_classes=10),
    "MaxHerding": peer("MaxHerding"),
    "DropQuery": peer("DropQuery"),
}


def run(split: Split, strategy: str, seed: int) -> dict[str, list[float]]:
    """Return test accuracy after each batch, and the seconds each query took."""
    from skactiveml.classifier import SklearnClassifier
    from sklearn.linear_model import LogisticRegression

    labels = np.full(len(split.pool), np.nan)
    model = probabilities = None
    accuracies, seconds = [], []
    for number in range(N_ROUNDS + 1):
        query = STRATEGIES[strategy if model or strategy in COLD else "RANDOM"]
        state = State(split.pool, labels, model, probabilities, split.batch, 1000 * seed + number)
        start = time.perf_counter()
        rows = query(state)
        seconds.append(time.perf_counter() - start)
        labels = labels.copy()
        labels[rows] = split.labels[rows]
        model = SklearnClassifier(LogisticRegression(C=10, max_iter=300), classes=range(10)).fit(split.pool, labels)
        probabilities = model.predict_proba(split.pool)
        accuracies.append(float((model.predict(split.test) == split.test_labels).mean()))
    return {"accuracy": accuracies, "seconds": seconds[1:]}


def run_job(job: tuple[str, int, list[str], Path]) -> None:
    variant, seed, names, folder = job
    os.nice(10)
    warnings.simplefilter("ignore")
    split = VARIANTS[variant](np.random.default_rng(seed))
    for name in names:
        path = folder / f"{variant}_{seed}_{name.replace(' ', '-')}.json"
        if not path.exists():
            result = {
                "variant": variant,
                "seed": seed,
                "strategy": name,
                "batch": split.batch,
                **run(split, name, seed),
            }
            path.write_text(json.dumps(result))


def jobs(arguments: argparse.Namespace, folder: Path) -> Iterator[tuple[str, int, list[str], Path]]:
    for seed in range(arguments.seeds):
        for variant in arguments.variants:
            yield variant, seed, arguments.strategies, folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    parser.add_argument("--strategies", nargs="+", default=list(STRATEGIES), choices=list(STRATEGIES))
    parser.add_argument("--runs", type=Path, default=Path(".bench/label_efficiency"), help="one file per run")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    arguments.runs.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(arguments.processes) as pool:
        for _ in pool.map(run_job, jobs(arguments, arguments.runs)):
            pass


if __name__ == "__main__":
    main()
