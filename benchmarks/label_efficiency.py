"""How many labels each strategy needs: rounds of labeling with a linear classifier, simulated on labeled data.

`python -m benchmarks.label_efficiency` runs 5 seeds of the small pools, about 3 minutes on two cores: too few seeds for
a claim. `--full` made docs/benchmarks/label_efficiency.md: 20 seeds of all pools, about an hour. It stores each run in
`.bench/label_efficiency`, so that an interrupted benchmark resumes where it stopped.

Each seed is one split of pool and test set that all strategies share. Strategies see the embeddings of the pool, the
labels bought so far and the classifier trained on them, never the test set. Strategies that can start without labels
pick their own first batch; the others start from RANDOM's.
"""

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from al_core.config import SelectionConfig
from al_core.selection import select
from benchmarks.label_efficiency_data import VARIANTS, Array, Split
from benchmarks.label_efficiency_report import gather, report, results


@dataclass(frozen=True)
class Job:
    """One split and the strategies to run on it."""

    variant: str
    seed: int
    strategies: list[str]
    folder: Path


@dataclass(frozen=True)
class State:
    """What a strategy may see."""

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
        """One minus the lead of the most probable class; 1 for every row without a model."""
        if self.probabilities is None:
            return np.ones(len(self.pool))
        top = np.sort(self.probabilities, axis=1)
        return 1 - (top[:, -1] - top[:, -2])


def ours(method: str, **options: Any) -> Callable[[State], NDArray[np.int64]]:
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
SMALL_VARIANTS = [name for name in VARIANTS if name != "fashion-large"]


def of_upper_half(state: State) -> NDArray[np.int64]:
    """CORAL among the upper half of the scores, which is all it then covers: half of the graph."""
    return _coral_among(state, state.margin >= np.median(state.margin))


def of_random_half(state: State) -> NDArray[np.int64]:
    """CORAL among half of the pool, drawn anew for each batch."""
    return _coral_among(state, np.random.default_rng(state.seed).random(len(state.pool)) < 1 / 2)


def _coral_among(state: State, is_candidate: NDArray[np.bool_]) -> NDArray[np.int64]:
    config = SelectionConfig("CORAL", len(state.labeled) + state.batch, seed=state.seed)
    rows = np.flatnonzero(is_candidate)
    return select(state.pool, config, scores=state.margin, query_rows=rows, preselected_rows=state.labeled)


# Is all of the neighbor graph needed? Only with `--strategies`: they are no methods that anybody can choose.
CUTS = {"CORAL upper half": of_upper_half, "CORAL random half": of_random_half}
# At 10,000 rows, a query takes MaxHerding 12 s of CPU, ProbCover 5 and TypiClust 2. CoreSet repeats CORESET, and
# DropQuery and ProbCover stay near RANDOM or below it on the small pools.
LEFT_OUT_OF_LARGE = ("CoreSet", "DropQuery", "MaxHerding", "ProbCover", "TypiClust")


def run(split: Split, strategy: str, seed: int) -> dict[str, list[float]]:
    """Return test accuracy after each batch, and the seconds each query took."""
    from skactiveml.classifier import SklearnClassifier
    from sklearn.linear_model import LogisticRegression

    labels = np.full(len(split.pool), np.nan)
    model = probabilities = None
    accuracies, seconds = [], []
    for number in range(split.n_batches):
        query = (STRATEGIES | CUTS)[strategy if model or strategy in (*COLD, *CUTS) else "RANDOM"]
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


def run_job(job: Job) -> None:
    warnings.simplefilter("ignore")
    split = VARIANTS[job.variant](np.random.default_rng(job.seed))
    for name in job.strategies:
        path = job.folder / f"{job.variant}_{job.seed}_{name.replace(' ', '-')}.json"
        if not path.exists():
            facts = {"variant": job.variant, "seed": job.seed, "strategy": name, "batch": split.batch}
            with threadpool_limits(1):
                path.write_text(json.dumps(facts | run(split, name, job.seed)))


def jobs(arguments: argparse.Namespace, folder: Path) -> Iterator[Job]:
    for seed in range(arguments.seeds or (20 if arguments.full else 5)):
        for variant in arguments.variants or (list(VARIANTS) if arguments.full else SMALL_VARIANTS):
            left_out = LEFT_OUT_OF_LARGE if variant == "fashion-large" else ()
            yield Job(variant, seed, [name for name in arguments.strategies if name not in left_out], folder)


def run_all(arguments: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(arguments.processes) as pool:
        for _ in pool.map(run_job, jobs(arguments, folder)):
            pass
    print(report(results(gather(folder))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="run 20 seeds of every variant and store them")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS))
    parser.add_argument("--strategies", nargs="+", default=list(STRATEGIES), choices=[*STRATEGIES, *CUTS])
    parser.add_argument("--runs", type=Path, help="store one file per run here, and skip the runs already there")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.full or arguments.runs:
        return run_all(arguments, arguments.runs or Path(".bench/label_efficiency"))
    with tempfile.TemporaryDirectory() as folder:
        run_all(arguments, Path(folder))


if __name__ == "__main__":
    main()
