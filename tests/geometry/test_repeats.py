import numpy as np

from al_core.geometry.repeats import Repeats
from al_core.geometry.space import Space
from al_core.geometry.threads import workers


def repeats_of(embeddings: list[list[float]], k: int) -> Repeats:
    rows = np.arange(len(embeddings))
    with workers() as pool:
        return Repeats.of(Space.from_embeddings(np.array(embeddings), rows, normalize=True), k, pool, lambda: None)


def test_rows_of_one_direction_are_a_group_if_there_are_more_than_k() -> None:
    embeddings = [[1.0, 0.0], [0.0, 1.0], [2.0, -0.0], [4.0, 0.0], [0.0, 2.0], [1.0, 1.0]]
    repeats = repeats_of(embeddings, 2)
    assert [group.tolist() for group in repeats.groups] == [[0, 2, 3]]
    assert repeats.rest.tolist() == [1, 4, 5]
    assert repeats.representatives().tolist() == [0, 1, 2, 4, 5]


def test_the_neighbors_in_a_group_are_the_rows_that_follow() -> None:
    repeats = repeats_of([[1.0], [1.0], [1.0], [-1.0]], 2)
    indices = np.full((4, 2), -1, np.int32)
    distances = np.full((4, 2), 9, np.float32)
    repeats.fill(indices, distances)
    assert indices.tolist() == [[1, 2], [2, 0], [0, 1], [-1, -1]]
    assert distances.tolist() == [[0, 0], [0, 0], [0, 0], [9, 9]]


def test_rows_that_differ_have_no_group() -> None:
    repeats = repeats_of([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], 1)
    assert not repeats.groups
    assert repeats.rest.tolist() == [0, 1, 2]
