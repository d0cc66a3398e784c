import numpy as np
import pytest

from al_core.geometry.cells import Cells, CenterSample, assign, assigned_rows, choose_cells, count_probes, flat
from al_core.geometry.threads import workers


@pytest.mark.parametrize(
    ("probes", "n_cells"),
    [
        # Reading 5 of 154 cells is cheaper than placing 308.
        ({154: 5}, 154),
        # 3 of 308 cells hold a fortieth of the rows that 60 of 154 hold.
        ({154: 60, 308: 3}, 308),
        # Twice as many cells of half the size are no gain.
        ({154: 60, 308: 120}, 154),
    ],
)
def test_cells_are_doubled_where_that_saves_more_than_it_costs(probes: dict[int, int], n_cells: int) -> None:
    # 2 √6,000 = 154.9, and 6,000 rows fill at most 500 cells with twice 5 neighbors and the row itself.
    cells = choose_cells(6_000, 5, lambda n: Cells(np.zeros((n, 4), np.float32), probes[n], 6_000))
    assert len(cells.centers) == n_cells


def test_the_cost_of_cells_is_in_scanned_pairs_of_rows() -> None:
    # Each of 100 rows reads 2 cells of 10 rows, and is compared by products with 10 centers: 100 * (20 + 10 / 4).
    assert Cells(np.zeros((10, 2), np.float32), 2, 100).cost() == 2_250


@pytest.mark.parametrize(("n_probes", "are_worth_it"), [(2, True), (3, False)])
def test_cells_are_worth_it_while_a_row_looks_into_a_fifth_of_them(n_probes: int, are_worth_it: bool) -> None:
    assert Cells(np.zeros((10, 2), np.float32), n_probes, 100).are_worth_it() == are_worth_it


def test_a_sample_of_few_rows_is_all_of_them() -> None:
    sample = CenterSample.drawn(np.array([3, 5, 8]), 2)
    assert sample.rows.tolist() == [3, 5, 8]
    assert len(set(sample.first.tolist())) == 2


def test_rows_look_as_far_as_most_of_their_neighbors_are() -> None:
    nearest_cells = np.array([[2, 0, 1], [0, 1, 2]], np.int32)
    # The neighbors of the first row are in its nearest cell, those of the second in its nearest and its second.
    assert count_probes(np.array([[2, 2], [0, 0]], np.int32), nearest_cells) == 1
    assert count_probes(np.array([[2, 2], [1, 1]], np.int32), nearest_cells) == 2


def test_runs_of_whole_products_find_the_cells_of_all_at_once() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(5_000, 64)).astype(np.float32)
    centers = flat(rng.normal(size=(140, 64)).astype(np.float32))
    size = assigned_rows(140, 64)
    with workers() as pool:
        together = assign(vectors.__getitem__, 5_000, centers, 3, pool, lambda done: None)
        runs = [vectors[:size], vectors[size:]]
        apart = [assign(run.__getitem__, len(run), centers, 3, pool, lambda done: None) for run in runs]
    np.testing.assert_array_equal(np.concatenate(apart), together)
