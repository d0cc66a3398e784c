"""Claim: the card of a selection takes 2 s at 100,000 rows and 20 s at a million, a replay of four methods 60 s.

The card is that of `al_core.evaluation`, RANDOM's 20 draws included, on random vectors with a graph of random
neighbors: its time does not depend on what they are. The replay is of 1,000 labels of 10 classes in 512 columns, 10
rounds and 20 seeds, judged on 300 test labels. Goals are for two free cores: on a busy machine, compare CPU seconds, of
which two cores spend at most two a second.

`python -m benchmarks.evidence`; `--only card` or `--only replay` for one of them.
"""

import argparse
import time

import numpy as np

from al_core.config import SelectionConfig
from al_core.evaluation import LabeledRows, Pool, Replay, card, draw_seeds, random_draws, replay
from al_core.geometry.neighbors import NeighborGraph
from al_core.selection import select
from benchmarks.neighbors import Clock

K = 32
CARDS = (
    (100_000, 512, 0, 100),
    (100_000, 512, 1_000, 1_000),
    (100_000, 512, 12_500, 6_250),
    (1_000_000, 256, 1_000, 1_000),
    (1_000_000, 256, 25_000, 12_500),
    (1_000_000, 256, 125_000, 62_500),
)
"""Rows, columns, labeled rows, picks."""
N_LABELS = 1_000
N_TESTS = 300
N_CLASSES = 10
REPLAY_DIM = 512
N_ROUNDS = 10


def random_pool(n_rows: int, dim: int, n_labeled: int) -> Pool:
    """Return random vectors with as many neighbors as a stored graph has."""
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((n_rows, dim), np.float32)
    distances = np.sort(rng.uniform(0.9, 1.1, (n_rows, K)).astype(np.float32), axis=1)
    graph = NeighborGraph(rng.integers(0, n_rows, (n_rows, K), np.int32), distances)
    labeled = np.sort(rng.choice(n_rows, n_labeled, replace=False))
    return Pool(embeddings, np.arange(n_rows), labeled, rng.uniform(size=n_rows), graph)


def print_cards() -> None:
    """Print the time of cards of all sizes."""
    print("| rows | columns | labeled | picks | seconds | CPU s |\n|---|---|---|---|---|---|")
    for n_rows, dim, n_labeled, n_picks in CARDS:
        pool = random_pool(n_rows, dim, n_labeled)
        config = SelectionConfig("RANDOM", n_labeled + n_picks, seed=99)
        picks = select(None, config, query_rows=pool.query_rows, preselected_rows=pool.labeled_rows)
        clock = Clock()
        draws = random_draws(config, draw_seeds(0), query_rows=pool.query_rows, labeled_rows=pool.labeled_rows)
        card(pool, picks, draws)
        print(f"| {n_rows:,} | {dim} | {n_labeled:,} | {n_picks:,} | {clock} |", flush=True)


def print_replay() -> None:
    """Print the time of a replay of the size that the claim is about."""
    rng = np.random.default_rng(0)
    n_rows = N_LABELS + N_TESTS
    classes = rng.integers(0, N_CLASSES, n_rows)
    # Classes that overlap, as embeddings of a network have them: a probe of 1,000 labels is right in nine of ten cases.
    centers = rng.normal(size=(N_CLASSES, REPLAY_DIM))
    embeddings = (centers[classes] + 5 * rng.normal(size=(n_rows, REPLAY_DIM))).astype(np.float32)
    training = np.arange(N_LABELS)
    tests = np.arange(N_LABELS, n_rows)
    labels = LabeledRows(embeddings, training, classes[training], tests, classes[tests], ("RANDOM",))
    clock = Clock()
    result = replay(labels, n_rounds=N_ROUNDS)
    assert isinstance(result, Replay)
    last = max(accuracies[-1] for accuracies in result.accuracies.values())
    print(f"replay: {clock} CPU s; the best probe was right on {last:.0%} of the test labels", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["card", "replay"])
    arguments = parser.parse_args()
    start = time.perf_counter()
    if arguments.only != "replay":
        print_cards()
    if arguments.only != "card":
        print_replay()
    print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
