from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from al_core.exceptions import Cancelled
from al_core.geometry import inverted_lists
from al_core.geometry.exact_neighbors import nearest_of, run_tasks
from al_core.geometry.inverted_lists import ListSearch, list_search
from al_core.geometry.space import Space
from al_core.geometry.threads import n_cores, workers

if TYPE_CHECKING:
    from faiss import IndexIVFFlat

ROWS = np.arange(4_000)


def test_lists_find_nearly_all_neighbors_and_measure_them_as_products_do() -> None:
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(50, 10))[rng.integers(0, 50, 4_000)] + 0.3 * rng.normal(size=(4_000, 10))
    space = Space.from_embeddings(embeddings, ROWS, normalize=False)
    calls: list[int] = []
    with workers() as pool:
        search = list_search(space, ROWS, 10, pool, calls.append)
    assert search is not None
    assert calls[0] == 0
    assert calls[-1] == 4_000
    tasks = search.tasks(ROWS)
    assert sorted(np.concatenate(tasks).tolist()) == ROWS.tolist()
    indices, distances = search.nearest(tasks[0])
    exact_indices, exact = nearest_of(space, 10, tasks[0], ROWS)
    is_found = indices == exact_indices
    assert is_found.mean() > 0.8
    np.testing.assert_allclose(distances[is_found], exact[is_found], rtol=1e-5)


def test_rows_whose_cells_hold_too_few_others_lack_neighbors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverted_lists, "_count_probes", lambda *arguments: 1)
    embeddings = np.random.default_rng(0).normal(size=(4_000, 3))
    space = Space.from_embeddings(embeddings, ROWS, normalize=False)
    with workers() as pool:
        search = list_search(space, ROWS, 30, pool, lambda done: None)
    assert search is not None
    n_in_cell = np.bincount(search.probes[:, 0])[search.probes[:, 0]]
    indices, _ = search.nearest(ROWS)
    assert (indices >= 0).sum(axis=1).tolist() == np.minimum(n_in_cell - 1, 30).tolist()
    assert (n_in_cell <= 30).any()


def test_data_without_structure_has_no_faster_search_than_products() -> None:
    embeddings = np.random.default_rng(0).normal(size=(4_000, 64))
    space = Space.from_embeddings(embeddings, ROWS, normalize=True)
    with workers() as pool:
        assert list_search(space, ROWS, 10, pool, lambda done: None) is None


@dataclass(frozen=True)
class Cells:
    """What `tasks` reads of an index."""

    nlist: int


@pytest.mark.parametrize(("n_rows", "dim", "n_probes"), [(20_001, 2_048, 50), (1_000_000, 256, 3), (4_000_000, 64, 1)])
def test_a_cancel_waits_for_tasks_of_a_tenth_of_a_second_whatever_the_size(
    n_rows: int, dim: int, n_probes: int
) -> None:
    space = Space.from_embeddings(np.zeros((1, dim)), np.arange(1), normalize=False)
    n_cells = int(2 * np.sqrt(n_rows))
    probes = np.zeros((n_rows, n_probes), np.int32)
    search = ListSearch(space, np.arange(n_rows), 32, cast("IndexIVFFlat", Cells(n_cells)), probes)
    longest = max(map(len, search.tasks(np.arange(n_rows))))
    # 2^29 components are read in a tenth of a second at 20 GB/s.
    assert longest * n_probes * n_rows / n_cells * dim <= 2**29


def test_after_a_cancel_no_further_task_begins() -> None:
    begun: list[int] = []

    def cancel() -> None:
        raise Cancelled

    with workers() as pool, pytest.raises(Cancelled):
        list(run_tasks(pool, begun.append, range(1_000), cancel))
    # Those that were submitted before the first look at whether to stop.
    assert len(begun) <= 2 * n_cores()
