from pathlib import Path

import numpy as np

from al_core.config import SelectionConfig
from al_core.selection import select


def test_a_memory_map_is_read_where_it_is(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(3000, 33)).astype(np.float32)
    np.save(tmp_path / "rows.npy", vectors)
    on_disk = np.load(tmp_path / "rows.npy", mmap_mode="r")
    config = SelectionConfig("CORESET", 600)
    np.testing.assert_array_equal(select(on_disk, config), select(vectors, config))


def test_coreset_starts_at_the_lowest_query_row_and_takes_the_farthest_next() -> None:
    line = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    config = SelectionConfig("CORESET", 3, normalize=False)
    assert select(line, config, query_rows=np.array([3, 1, 2])).tolist() == [1, 3, 2]


def test_coreset_prefers_the_lowest_row_among_equals() -> None:
    square = np.array([[0, 0], [0, 1], [1, 0], [-1, 0], [0, -1]], np.float32)
    config = SelectionConfig("CORESET", 3, normalize=False)
    assert select(square, config, preselected_rows=[0]).tolist() == [1, 2]


def test_coreset_distinguishes_duplicates_at_a_distance_of_one_ten_thousandth() -> None:
    base = np.random.default_rng(0).normal(size=(3000, 64)).astype(np.float32)
    shifted = base.copy()
    shifted[:, 0] += 1e-4
    config = SelectionConfig("CORESET", -1, 5e-5, normalize=False)
    added = select(np.concatenate([base, shifted]), config, preselected_rows=range(3000))
    assert sorted(added) == list(range(3000, 6000))
    config = SelectionConfig("CORESET", -1, 2e-4, normalize=False)
    assert len(select(np.concatenate([base, shifted]), config, preselected_rows=range(3000))) == 0
