"""Replay: hide the labels there are, choose them again with each method, and see which would have got further.

A linear probe on the embeddings is trained on the labels chosen so far and judged on the test labels alone. Each seed
hides other rows and starts from another random batch, which all methods share. What is compared is the mean accuracy
over all rounds but that first one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.config import SamplingMethod, SelectionConfig
from al_core.evaluation.bootstrap import N_DRAWS, draw_counts, percentile_ends
from al_core.evaluation.probe import margin_scores, probe_probabilities
from al_core.evaluation.statistic import Interval, Refusal
from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.geometry.space import unit_vectors
from al_core.geometry.threads import workers
from al_core.selection import select
from al_core.text import counted
from al_core.types import Embeddings, Progress, Rows

LEAST_TRAINING = 200
LEAST_TESTS = 50
N_ROUNDS = 10
N_SEEDS = 20

# Each seed sees four fifths of the labels, so that seeds differ by more than their first batch.
_POOL_SHARE = 0.8
# Choosing all labels in the end would make all methods alike.
_BUDGET_SHARE = 0.5
_N_NEIGHBORS = 32
_BY_SCORES = frozenset({SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING})


@dataclass(frozen=True)
class ReplayVerdict:
    """How a method did against RANDOM.

    Attributes:
        method: The method.
        difference: Of its mean accuracy over the rounds, minus RANDOM's.
        pool_makers: The methods that chose the labels that were replayed.
    """

    method: SamplingMethod
    difference: Interval
    pool_makers: tuple[str, ...]

    @property
    def is_of_random_pool(self) -> bool:
        """Whether all labels were drawn at random."""
        return set(self.pool_makers) == {SamplingMethod.RANDOM}

    @property
    def word(self) -> str:
        """Either "ahead", "behind" or "cannot tell".

        A method that goes by scores is never behind in a pool that was chosen by scores: what RANDOM draws there has
        gained by them already. In such pools such verdicts were wrong in 15 of 15 cases (`benchmarks.rounds`).
        """
        if self.difference.low > 0:
            return "ahead"
        is_flattered = self.method in _BY_SCORES and not _BY_SCORES.isdisjoint(self.pool_makers)
        return "behind" if self.difference.high < 0 and not is_flattered else "cannot tell"

    def text(self) -> str:
        """Return the verdict in words; points are quoted only where the pool was drawn at random.

        A pool that CORAL chose flatters RANDOM, which draws from an already diverse set; one of the smallest margins is
        all hard cases. The direction may hold there, the size does not.

        Examples:
            >>> interval = Interval(0.021, 0.008, 0.034, n=120)
            >>> ReplayVerdict(SamplingMethod.CORAL, interval, ("RANDOM",)).text()
            'CORAL is ahead of RANDOM by 2.1 points (0.8 to 3.4)'
            >>> ReplayVerdict(SamplingMethod.CORAL, interval, ("CORESET",)).text()
            'CORAL is ahead of RANDOM, in a pool that CORESET chose'
        """
        named = {"ahead": "is ahead of", "behind": "is behind", "cannot tell": "cannot be told from"}[self.word]
        sentence = f"{self.method} {named} RANDOM"
        if not self.is_of_random_pool:
            return f"{sentence}, in a pool that {' and '.join(self.pool_makers)} chose"
        if self.word == "cannot tell":
            return sentence
        ends = sorted(100 * abs(end) for end in (self.difference.low, self.difference.high))
        return f"{sentence} by {100 * abs(self.difference.value):.1f} points ({ends[0]:.1f} to {ends[1]:.1f})"


@dataclass(frozen=True, eq=False)
class Replay:
    """Accuracy of each method round by round.

    Attributes:
        n_labels: (R,) labels chosen after each round.
        accuracies: Of each method, (R,) mean over seeds.
        verdicts: One for each method but RANDOM.
    """

    n_labels: NDArray[np.int64]
    accuracies: Mapping[SamplingMethod, NDArray[np.float64]]
    verdicts: tuple[ReplayVerdict, ...]


@dataclass(frozen=True, eq=False)
class LabeledRows:
    """Labels of whole images, as they are replayed.

    Attributes:
        embeddings: (N, D) of the whole dataset.
        training_rows: (n,) rows with training labels.
        training_classes: (n,) their classes.
        test_rows: (T,) rows with test labels.
        test_classes: (T,) their classes.
        pool_makers: The methods that chose the training rows.
    """

    embeddings: Embeddings
    training_rows: Rows
    training_classes: NDArray[np.int64]
    test_rows: Rows
    test_classes: NDArray[np.int64]
    pool_makers: tuple[str, ...]

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return int(max(self.training_classes.max(), self.test_classes.max())) + 1


def replay(
    labels: LabeledRows,
    methods: Sequence[SamplingMethod] = tuple(SamplingMethod),
    *,
    seed: int = 0,
    n_rounds: int = N_ROUNDS,
    n_seeds: int = N_SEEDS,
    progress: Progress | None = None,
) -> Replay | Refusal:
    """Return how far each method would have got with the labels there are, or why nobody can tell.

    Args:
        labels: The labels.
        methods: Which to replay; RANDOM always runs.
        seed: Fixes every random choice.
        n_rounds: How many batches are chosen, the random first one included.
        n_seeds: How many times the whole project is replayed.
        progress: Called with (done, total) after each seed; it may raise to stop.

    Raises:
        InvalidInputError: If a row has a training and a test label.
    """
    refusal = _too_little(labels)
    if refusal:
        return refusal
    compared = list(dict.fromkeys([SamplingMethod.RANDOM, *methods]))
    projects = _Projects.of(labels, n_rounds)
    report = progress or (lambda done, total: None)
    # (seeds, methods, rounds, tests); the first round is the random batch that all methods share.
    stacked = projects.run_all(compared, range(seed, seed + n_seeds), report)
    areas = stacked[:, :, 1:].mean(axis=2)
    verdicts = tuple(
        ReplayVerdict(method, _difference(areas[:, place] - areas[:, 0], seed), labels.pool_makers)
        for place, method in enumerate(compared)
        if method != SamplingMethod.RANDOM
    )
    mean = stacked.mean(axis=(0, 3))
    return Replay(projects.n_labels, dict(zip(compared, mean, strict=True)), verdicts)


@dataclass(frozen=True, eq=False)
class _Projects:
    """What all replayed projects share.

    Attributes:
        vectors: (n, D) unit vectors of the training rows.
        classes: (n,).
        tests: (T, D) unit vectors of the test rows.
        test_classes: (T,).
        n_classes: C.
        graph: Neighbors among the training rows.
        n_labels: (R,) labels chosen after each round.
    """

    vectors: NDArray[np.float32]
    classes: NDArray[np.int64]
    tests: NDArray[np.float32]
    test_classes: NDArray[np.int64]
    n_classes: int
    graph: NeighborGraph
    n_labels: NDArray[np.int64]

    @classmethod
    def of(cls, labels: LabeledRows, n_rounds: int) -> "_Projects":
        vectors = unit_vectors(labels.embeddings, labels.training_rows)
        budget = int(_BUDGET_SHARE * _POOL_SHARE * len(vectors))
        n_labels = np.linspace(0, budget, n_rounds + 1).astype(np.int64)[1:]
        return cls(
            vectors,
            labels.training_classes,
            unit_vectors(labels.embeddings, labels.test_rows),
            labels.test_classes,
            labels.n_classes,
            nearest_neighbors(vectors, _N_NEIGHBORS, normalize=False),
            n_labels,
        )

    def run_all(self, methods: Sequence[SamplingMethod], seeds: Sequence[int], report: Progress) -> NDArray[np.bool_]:
        """Return (seeds, methods, R, T) what `run` returns; `report` may raise to stop."""
        outcomes = []
        with workers() as pool:
            # Methods within seeds: the shape below relies on this order.
            tasks = [pool.submit(self.run, method, seed) for seed in seeds for method in methods]
            try:
                for number, task in enumerate(tasks):
                    outcomes.append(task.result())
                    report(number + 1, len(tasks))
            finally:
                # After a stop, projects that are running finish, which takes a few seconds each, and no other begins.
                for task in tasks:
                    task.cancel()
        return np.array(outcomes).reshape(len(seeds), len(methods), len(self.n_labels), -1)

    def run(self, method: SamplingMethod, seed: int) -> NDArray[np.bool_]:
        """Return (R, T) whether the probe of each round is right on each test label."""
        rng = np.random.default_rng(seed)
        n_in_pool = int(_POOL_SHARE * len(self.vectors))
        pool = np.sort(rng.choice(len(self.vectors), n_in_pool, replace=False))
        chosen = rng.choice(pool, int(self.n_labels[0]), replace=False)
        is_right = []
        # After the last batch nothing is chosen, but its probe is judged.
        for n_next in [*self.n_labels[1:].tolist(), 0]:
            # One probe answers for both: test labels judge it, and its doubts choose the next batch.
            others = np.concatenate([self.tests, self.vectors])
            probabilities = probe_probabilities(self.vectors[chosen], self.classes[chosen], others, self.n_classes)
            is_right.append(probabilities[: len(self.tests)].argmax(axis=1) == self.test_classes)
            if n_next:
                # `n_samples` counts the rows chosen so far too.
                config = SelectionConfig(method, n_next, seed=seed, normalize=False)
                new = select(
                    self.vectors,
                    config,
                    scores=margin_scores(probabilities[len(self.tests) :]),
                    query_rows=pool,
                    preselected_rows=chosen,
                    graph=self.graph,
                )
                chosen = np.concatenate([chosen, new])
        return np.array(is_right)


def _too_little(labels: LabeledRows) -> Refusal | None:
    both = np.intersect1d(labels.training_rows, labels.test_rows)
    if len(both):
        raise InvalidInputError(f"row {both[0]} has a training and a test label; a replay is judged on other rows")
    n_training = len(labels.training_rows)
    n_tests = len(labels.test_rows)
    if n_training < LEAST_TRAINING:
        reason = f"{counted(n_training, 'training label')}; a replay needs {LEAST_TRAINING}"
        return Refusal(reason, n_training, LEAST_TRAINING)
    if n_tests < LEAST_TESTS:
        return Refusal(f"{counted(n_tests, 'test label')}; a replay needs {LEAST_TESTS}", n_tests, LEAST_TESTS)
    if len(np.unique(labels.training_classes)) < 2:
        return Refusal("all training labels are of one class; a replay needs two", n_training)
    return None


def _difference(gains: NDArray[np.float64], seed: int) -> Interval:
    """Return the mean of gains (seeds, tests) with its interval: both seeds and test labels are drawn again."""
    n_seeds, n_tests = gains.shape
    seed_draws = np.concatenate(list(draw_counts(n_seeds, N_DRAWS, seed)))
    test_draws = np.concatenate(list(draw_counts(n_tests, N_DRAWS, seed + 1)))
    # b draws, s seeds, t test labels: each gain counts as often as its seed and its label were drawn.
    draws = np.einsum("bs,st,bt->b", seed_draws, gains, test_draws, optimize=True) / gains.size
    # The percentiles are expanded as for the scarcer of the two.
    low, high = percentile_ends(draws, min(n_seeds, n_tests))
    return Interval(float(gains.mean()), low, high, n=n_tests)
