import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry.duplicates import find_duplicates


def reference(embeddings: NDArray[np.float64], threshold: float) -> list[int]:
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    unique: list[int] = []
    for row, embedding in enumerate(unit):
        if not any(np.linalg.norm(embedding - unit[other]) <= threshold for other in unique):
            unique.append(row)
    return sorted(set(range(len(embeddings))) - set(unique))


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.8])
def test_the_rows_are_those_of_a_loop_over_all_pairs(threshold: float) -> None:
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(300, 100))
    embeddings = centers[rng.integers(0, 300, 1100)] + rng.normal(scale=0.02, size=(1100, 100))
    assert find_duplicates(embeddings, threshold).tolist() == reference(embeddings, threshold)


def test_a_row_near_a_duplicate_alone_stays() -> None:
    # 1 is near 0; 2 is near 1 but not near 0, and 1 is gone: 2 stays.
    angles = np.array([0.0, 0.08, 0.16])
    embeddings = np.column_stack([np.cos(angles), np.sin(angles)])
    assert find_duplicates(embeddings, 0.1).tolist() == [1]


def test_length_does_not_count() -> None:
    assert find_duplicates(np.array([[1.0, 0.0], [5.0, 0.0]]), 0.0).tolist() == [1]


def test_equal_files_are_duplicates_whatever_their_embeddings() -> None:
    digests = np.array([[1, 2], [3, 4], [1, 2]], np.uint8)
    assert find_duplicates(np.eye(3), 0.0, digests=digests).tolist() == [2]


def test_rows_all_alike_leave_the_first() -> None:
    assert find_duplicates(np.ones((3000, 8)), 0.0).tolist() == list(range(1, 3000))


def test_no_rows_have_no_duplicates() -> None:
    assert find_duplicates(np.empty((0, 4)), 0.1).tolist() == []


def test_progress_ends_with_all_rows() -> None:
    seen: list[tuple[int, int]] = []
    find_duplicates(np.eye(2000, 64) + 1e-3, 0.1, progress=lambda done, total: seen.append((done, total)))
    # Before that it stands at the start, while all rows are read.
    assert seen[-2:] == [(1024, 2000), (2000, 2000)]
    assert {done for done, _ in seen[:-2]} == {0}
