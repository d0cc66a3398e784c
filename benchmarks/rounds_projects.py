"""Whole labeling projects for `rounds.py`: rounds of choosing and training, with every model's say on all rows."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class Project:
    """One simulated project.

    Attributes:
        variant: The data.
        seed: The split and every random choice.
        method: How batches were chosen.
        test_share: Which share of each batch was spent on test labels.
        n_labels: (R,) training labels of each round.
        paid: (R,) training and test labels of each round.
        is_right: (R, N) whether the model of each round is right on each row of the pool.
        confidence: (R, N) how sure it is.
        predicted: (R, N) the class it says.
        accuracy: (R,) on a large test set that no project sees.
        chosen: Training rows in the order chosen.
    """

    variant: str
    seed: int
    method: str
    test_share: float
    n_labels: NDArray[np.int64]
    paid: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    predicted: NDArray[np.int8]
    accuracy: NDArray[np.float64]
    chosen: NDArray[np.int64]

    @property
    def untrained(self) -> NDArray[np.int64]:
        """Rows of the pool that no round was trained on: what a reserve could have been drawn from."""
        return np.setdiff1d(np.arange(self.is_right.shape[1]), self.chosen)


def split_of(variant: str, seed: int) -> Split:
    return VARIANTS[variant](np.random.default_rng(seed))


def simulate(
    variant: str, seed: int, method: SamplingMethod, test_share: float, split: Split, graph: NeighborGraph
) -> Project:
    """Return a project: the first batch at random, every later one by the method; a model after each."""
    population = np.arange(len(split.pool))
    reserve = draw_reserve(population, seed).rows if test_share else population[:0]
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
        variant=variant,
        seed=seed,
        method=str(method),
        test_share=test_share,
        n_labels=n_labels,
        paid=split.batch * np.arange(1, split.n_batches + 1),
        is_right=predicted[:, :n_pool] == split.labels,
        confidence=stacked[:, :n_pool].max(axis=2).astype(np.float32),
        predicted=predicted[:, :n_pool].astype(np.int8),
        accuracy=(predicted[:, n_pool:] == split.test_labels).mean(axis=1),
        chosen=chosen,
    )


@dataclass(frozen=True)
class Job:
    """The projects of one split that are not stored yet."""

    variant: str
    seed: int
    kinds: tuple[tuple[SamplingMethod, float], ...]
    folder: Path

    def file(self, method: SamplingMethod, test_share: float) -> Path:
        return self.folder / f"{self.variant}-{self.seed}-{method}-{test_share:g}.npz"


def kinds_of(variant: str) -> tuple[tuple[SamplingMethod, float], ...]:
    """Which methods run on a variant, with which test share; a pool of 10,000 rows is for its many test labels."""
    shared = [(method, 0.1) for method in (SamplingMethod.RANDOM, SamplingMethod.CORAL)]
    methods = (SamplingMethod.RANDOM, SamplingMethod.CORAL) if variant == "fashion-large" else METHODS
    return (*((method, 0.0) for method in methods), *shared)


def projects(variants: list[str], seeds: range, folder: Path, n_processes: int = 2) -> list[Project]:
    """Return every project, from the folder where an earlier run left it."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [Job(variant, seed, kinds_of(variant), folder) for variant in variants for seed in seeds]
    with ProcessPoolExecutor(n_processes) as pool:
        for _ in pool.map(run_job, jobs):
            pass
    return [_read(job.file(*kind)) for job in jobs for kind in job.kinds]


def run_job(job: Job) -> None:
    missing = [kind for kind in job.kinds if not job.file(*kind).exists()]
    if not missing:
        return
    with threadpool_limits(1):
        split = split_of(job.variant, job.seed)
        graph = nearest_neighbors(split.pool, 32, normalize=False)
        for method, test_share in missing:
            project = simulate(job.variant, job.seed, method, test_share, split, graph)
            # Renamed when it is whole: an interrupted run leaves no half file.
            whole = job.file(method, test_share)
            part = whole.with_suffix(".part.npz")
            np.savez(part, **vars(project))
            part.rename(whole)


def _read(file: Path) -> Project:
    with np.load(file) as arrays:
        values = {name: arrays[name] for name in arrays}
    plain = {name: values.pop(name).item() for name in ("variant", "seed", "method", "test_share")}
    return Project(**plain, **values)
