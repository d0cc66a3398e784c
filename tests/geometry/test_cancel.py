"""Between two looks at whether somebody wants to stop lies little work: counted, because time hangs on the machine."""

from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import Cancelled
from al_core.geometry import exact_neighbors, inverted_lists, neighbors, space
from al_core.geometry.duplicates import find_duplicates
from al_core.geometry.neighbors import nearest_neighbors
from al_core.geometry.threads import n_cores

PART_OTHERS = 256
# As many tasks as are submitted ahead may begin before the next look.
MOST_BETWEEN_LOOKS = 2 * n_cores()


class Work:
    """Counts calls of a function between two calls of progress, and how large each was."""

    def __init__(self, size_of: Callable[..., int]) -> None:
        self.longest = 0
        self.sizes: list[int] = []
        self._size_of = size_of
        self._since = 0
        self._lock = Lock()

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, counted."""

        def count(*arguments: Any) -> Any:
            with self._lock:
                self.sizes.append(self._size_of(*arguments))
                self._since += 1
                self.longest = max(self.longest, self._since)
            return function(*arguments)

        return count

    def progress(self, done: int, total: int) -> None:
        """Look."""
        with self._lock:
            self._since = 0


@pytest.fixture
def products(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Products of rows and others, where 1,000 rows are many and 256 others a part."""
    work = Work(lambda space, width, rows, vectors, others: len(rows) * len(others))
    monkeypatch.setattr(neighbors, "_EXACT_ROWS", 1_000)
    monkeypatch.setattr(exact_neighbors, "_PART_OTHERS", PART_OTHERS)
    monkeypatch.setattr(exact_neighbors, "_by_products", work.counted(exact_neighbors._by_products))
    return work


def test_data_without_structure_is_compared_in_parts(products: Work) -> None:
    embeddings = np.random.default_rng(0).normal(size=(3_000, 32))
    nearest_neighbors(embeddings, 5, normalize=False, progress=products.progress)
    assert max(products.sizes) <= exact_neighbors.BLOCK_ROWS * PART_OTHERS
    assert products.longest <= MOST_BETWEEN_LOOKS


def test_rows_whose_cells_hold_too_few_others_are_compared_in_parts_with_all(
    products: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One cell a row: of 64, some hold fewer than 31 of the 4,000 rows.
    monkeypatch.setattr(inverted_lists, "_count_probes", lambda *arguments: 1)
    embeddings = np.random.default_rng(0).normal(size=(4_000, 3))
    graph = nearest_neighbors(embeddings, 30, normalize=False, progress=products.progress)
    assert (graph.indices >= 0).all()
    assert products.sizes
    assert max(products.sizes) <= exact_neighbors.BLOCK_ROWS * PART_OTHERS
    assert products.longest <= MOST_BETWEEN_LOOKS
    squares = ((embeddings[:, None, :] - embeddings[graph.indices]) ** 2).sum(axis=2)
    np.testing.assert_allclose(graph.distances, np.sqrt(squares), rtol=1e-3, atol=1e-4)


def test_embeddings_are_checked_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Work(lambda embeddings, rows: len(rows))
    monkeypatch.setattr(space, "_BLOCK_BYTES", 4 * 8 * 100)
    monkeypatch.setattr(space, "_read", reads.counted(space._read))

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    for search in (nearest_neighbors, find_duplicates):
        reads.sizes.clear()
        with pytest.raises(Cancelled):
            search(np.ones((5_000, 8)), progress=cancel)
        assert reads.sizes == [100]
