"""Whole labeling projects for `rounds.py`: rounds of choosing and training, with every model's say on all rows."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from al_core.config import SamplingMethod, SelectionConfig
from al_core.evaluation import count_of_share, draw_reserve
from al_core.evaluation.probe import margin_scores, probe_probabilities
from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.selection import select
from benchmarks.label_efficiency_data import VARIANTS, Split

N_CLASSES = 10
METHODS = tuple(SamplingMethod)
LARGE = "fashion-large"
REPLAYED = {"digits": 3, "fashion": 3, "fashion-long-tail": 3, LARGE: 10}
"""How many seeds of each are replayed."""

# Twenty of them: 400 of 1,000 rows, 1,200 of 2,500 and 2,000 of 10,000.
N_LONG_SEEDS = 10
# Rows that a long project never picks: what is left over by a method is easier than the population.
N_RESERVED = {LARGE: 1000}
FEWEST_RESERVED = 300
LONG_BATCHES = {"digits": 20, LARGE: 100}


@dataclass(frozen=True, eq=False)
class Project:
    """One simulated project.

    Attributes:
        variant: The data.
        seed: The split and every random choice.
        method: How batches were chosen.
        test_share: Which share of each batch was spent on test labels.
        is_long: Whether it went on until the curve was flat.
        n_labels: (R,) training labels of each round.
        paid: (R,) training and test labels of each round.
        is_right: (R, N) whether the model of each round is right on each row of the pool.
        confidence: (R, N) how sure it is.
        predicted: (R, N) the class it says.
        accuracy: (R,) on a large test set that no project sees.
        chosen: Training rows in the order chosen.
        reserve: Rows that were set aside before anything was chosen.
    """

    variant: str
    seed: int
    method: str
    test_share: float
    is_long: bool
    n_labels: NDArray[np.int64]
    paid: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    predicted: NDArray[np.int8]
    accuracy: NDArray[np.float64]
    chosen: NDArray[np.int64]
    reserve: NDArray[np.int64]

    @property
    def untrained(self) -> NDArray[np.int64]:
        """Rows of the pool that no round was trained on: what a reserve could have been drawn from."""
        return np.setdiff1d(np.arange(self.is_right.shape[1]), self.chosen)


def split_of(variant: str, seed: int) -> Split:
    return VARIANTS[variant](np.random.default_rng(seed))


@dataclass(frozen=True)
class Kind:
    """How a project is run: `is_long` ones go on until the curve is flat, in three times as large batches."""

    method: SamplingMethod
    test_share: float = 0.0
    is_long: bool = False


@dataclass(frozen=True)
class Job:
    """The projects of one split."""

    variant: str
    seed: int
    folder: Path

    @property
    def kinds(self) -> list[Kind]:
        """A pool of 10,000 rows is there for its many test labels; a few replays need long pools of all four makers."""
        both = [SamplingMethod.RANDOM, SamplingMethod.CORAL]
        short = both if self.variant == LARGE else METHODS
        is_replayed = self.seed < REPLAYED.get(self.variant, 0)
        long = METHODS if is_replayed else [SamplingMethod.CORAL] if self.seed < N_LONG_SEEDS else []
        return [
            *(Kind(method) for method in short),
            *(Kind(method, test_share=0.1) for method in both),
            *(Kind(method, is_long=True) for method in long),
        ]

    def file(self, kind: Kind) -> Path:
        suffix = "-long" if kind.is_long else ""
        return self.folder / f"{self.variant}-{self.seed}-{kind.method}-{kind.test_share:g}{suffix}.npz"

    def run(self) -> None:
        missing = [kind for kind in self.kinds if not self.file(kind).exists()]
        if not missing:
            return
        with threadpool_limits(1):
            split = split_of(self.variant, self.seed)
            graph = nearest_neighbors(split.pool, 32, normalize=False)
            for kind in missing:
                project = simulate(self, kind, split, graph)
                # Renamed when it is whole: an interrupted run leaves no half file.
                part = self.file(kind).with_suffix(".part.npz")
                np.savez(part, **vars(project))
                part.rename(self.file(kind))


def simulate(job: Job, kind: Kind, split: Split, graph: NeighborGraph) -> Project:
    """Return a project: the first batch at random, every later one by the method; a model after each."""
    if kind.is_long:
        split = replace(split, batch=LONG_BATCHES.get(job.variant, 60), n_batches=20)
    seed = job.seed
    method = kind.method
    test_share = kind.test_share
    population = np.arange(len(split.pool))
    reserve = population[:0]
    if test_share:
        reserve = draw_reserve(population, seed).rows
    elif kind.is_long:
        n_reserved = N_RESERVED.get(job.variant, FEWEST_RESERVED)
        reserve = np.random.default_rng(seed).choice(population, n_reserved, replace=False)
    open_rows = np.setdiff1d(population, reserve)
    n_tests = count_of_share(split.batch, test_share)
    n_new = split.batch - n_tests
    chosen = np.random.default_rng(seed).choice(open_rows, n_new, replace=False)
    rounds = []
    for number in range(split.n_batches):
        both = np.concatenate([split.pool, split.test])
        probabilities = probe_probabilities(split.pool[chosen], split.labels[chosen], both, N_CLASSES)
        rounds.append(probabilities)
        if number + 1 < split.n_batches:
            config = SelectionConfig(method, len(chosen) + n_new, seed=seed + number, normalize=False)
            scores = margin_scores(probabilities[: len(split.pool)])
            new = select(split.pool, config, scores=scores, query_rows=open_rows, preselected_rows=chosen, graph=graph)
            chosen = np.concatenate([chosen, new])
    stacked = np.array(rounds)
    predicted = stacked.argmax(axis=2)
    n_pool = len(split.pool)
    n_labels = n_new * np.arange(1, split.n_batches + 1)
    return Project(
        variant=job.variant,
        seed=seed,
        method=str(method),
        test_share=test_share,
        is_long=kind.is_long,
        n_labels=n_labels,
        paid=split.batch * np.arange(1, split.n_batches + 1),
        is_right=predicted[:, :n_pool] == split.labels,
        confidence=stacked[:, :n_pool].max(axis=2).astype(np.float32),
        predicted=predicted[:, :n_pool].astype(np.int8),
        accuracy=(predicted[:, n_pool:] == split.test_labels).mean(axis=1),
        chosen=chosen,
        reserve=reserve,
    )


def projects(variants: list[str], seeds: range, folder: Path, n_processes: int = 2) -> list[Project]:
    """Return every project, from the folder where an earlier run left it."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [Job(variant, seed, folder) for variant in variants for seed in seeds]
    with ProcessPoolExecutor(n_processes) as pool:
        for _ in pool.map(Job.run, jobs):
            pass
    return [_read(job.file(kind)) for job in jobs for kind in job.kinds]


def _read(file: Path) -> Project:
    with np.load(file) as arrays:
        values = {name: arrays[name] for name in arrays}
    plain = {name: values.pop(name).item() for name in ("variant", "seed", "method", "test_share", "is_long")}
    return Project(**plain, **values)
