import numpy as np

from al_core.cluster.cell_groups import CellTable, cell_groups


def test_every_cell_is_in_one_group() -> None:
    rng = np.random.default_rng(0)
    groups = cell_groups(rng.normal(size=(50, 3)).astype(np.float32), rng.integers(0, 9, 50), 8)
    assert len(groups) == 8
    assert sorted(np.concatenate(groups).tolist()) == list(range(50))


def test_cells_side_by_side_are_in_one_group() -> None:
    centers = np.array([[0, 5], [100, 5], [1, 6], [101, 6], [0, 7], [102, 5]], np.float32)
    groups = cell_groups(centers, np.full(6, 10), 2)
    assert sorted(sorted(group.tolist()) for group in groups) == [[0, 2, 4], [1, 3, 5]]


def test_groups_have_about_as_many_rows_and_not_as_many_cells() -> None:
    centers = np.arange(5, dtype=np.float32)[:, None]
    groups = cell_groups(centers, np.array([40, 10, 10, 10, 10]), 2)
    assert sorted(sorted(group.tolist()) for group in groups) == [[0], [1, 2, 3, 4]]


def test_there_are_no_more_groups_than_cells() -> None:
    assert len(cell_groups(np.zeros((3, 2), np.float32), np.array([0, 7, 0]), 10)) == 3


def test_a_search_needs_all_rows_of_the_cells_that_its_rows_look_into() -> None:
    # Rows 10 and 13 are in cell 0 and look into cell 2 too; row 13 is a copy that is not searched.
    probes = np.array([[0, 2], [2, 0], [1, 2], [0, 2]], np.int32)
    table = CellTable.of(np.array([10, 11, 12, 13]), np.array([True, True, True, False]), probes, 3)
    search = table.search(np.array([0]), 5)
    assert search is not None
    assert search.rows.tolist() == [10, 11, 13]
    assert search.cells.tolist() == [0, 2]
    assert search.cell_of.tolist() == [0, 1, 0]
    assert search.queries.tolist() == [0]
    assert search.probes.tolist() == [[0, 1]]


def test_cells_without_rows_that_look_need_no_search() -> None:
    table = CellTable.of(np.array([4, 9]), np.array([False, True]), np.array([[0], [2]], np.int32), 3)
    assert table.search(np.array([0, 1]), 5) is None
