"""Claim: the 100 images most like one are found exactly within 150 ms of 100,000 and 1.5 s of 1,000,000 x 512.

The embedding lies in a file that is mapped, as the store has it, and is in the page cache. The first query, which also
works out the lengths of all rows, is printed apart; of the next ones the quickest counts. Beside it plain numpy, whose
rows have to be the same.

`python -m benchmarks.similar [ROWS]`
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.similar import nearest_rows, row_lengths

DIM = 512
N_SIMILAR = 100
N_QUERIES = 5
ALLOWED_SECONDS = {100_000: 0.15, 1_000_000: 1.5}
_BLOCK = 50_000


def write_rows(path: Path, n_rows: int) -> NDArray[np.float32]:
    """Return random rows, mapped from a file that has just been written and so is in the page cache."""
    rng = np.random.default_rng(0)
    rows = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, DIM))
    for start in range(0, n_rows, _BLOCK):
        stop = min(start + _BLOCK, n_rows)
        rows[start:stop] = rng.standard_normal((stop - start, DIM), np.float32)
    rows.flush()
    mapped: NDArray[np.float32] = np.load(path, mmap_mode="r")
    return mapped


def with_numpy(embeddings: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the nearest rows by unit vectors, one product and a full sort."""
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.argsort(-(unit @ (vector / np.linalg.norm(vector))), kind="stable")[:N_SIMILAR]


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(n_rows: int) -> None:
    """Print the first query, the next ones and plain numpy on so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        embeddings = write_rows(Path(folder) / "rows.npy", n_rows)
        vector = np.asarray(embeddings[n_rows // 2]) + np.float32(0.1)
        lengths = row_lengths(embeddings)
        first = seconds(lambda: nearest_rows(embeddings, vector, N_SIMILAR))
        own = min(
            seconds(lambda: nearest_rows(embeddings, vector, N_SIMILAR, lengths=lengths)) for _ in range(N_QUERIES)
        )
        numpy_seconds = seconds(lambda: with_numpy(embeddings, vector))
        rows, _ = nearest_rows(embeddings, vector, N_SIMILAR, lengths=lengths)
        is_equal = set(rows.tolist()) == set(with_numpy(embeddings, vector).tolist())
        allowed = ALLOWED_SECONDS.get(n_rows, 1.5)
        print(
            f"{n_rows:>9,} x {DIM}: first {first:.2f} s, next {own:.3f} s (at most {allowed}), "
            f"numpy {numpy_seconds:.2f} s, same rows: {is_equal}"
        )


if __name__ == "__main__":
    for size in [int(argument) for argument in sys.argv[1:]] or list(ALLOWED_SECONDS):
        measure(size)
