import numpy as np

from al_core.geometry.space import Source
from al_core.selection.pools import NO_RIVAL, Pool, PoolSizes, merged

SIZES = PoolSizes(first=100, least=40, largest=300, few_picks=5, most_picks=50)


def pool(points: list[int], values: list[float], floor: float, rival: int = NO_RIVAL) -> Pool:
    """A pool whose vectors are the positions of its points."""
    return Pool(
        points=np.array(points, np.int64),
        source=Source.from_vectors(np.array(points, np.float32).reshape(-1, 1)),
        weights=np.full(len(points), 0.5, np.float32),
        nearest=2 * np.array(values, np.float32),
        floor=np.float32(floor),
        rival=rival,
    )


def test_a_point_at_the_floor_behind_a_rival_of_the_same_shard_is_not_eligible() -> None:
    assert pool([3, 5, 9], [4, 4, 4], floor=4, rival=6).n_eligible == 2


def test_together_only_points_at_the_highest_floor_or_above_are_left() -> None:
    both = merged([pool([0, 2], [9, 5], floor=5), pool([10, 12], [7, 6], floor=6)])
    assert both.points.tolist() == [0, 10, 12]
    assert (both.weights * both.nearest).tolist() == [9, 7, 6]
    assert both.source.array[both.source.rows, 0].tolist() == [0, 10, 12]
    assert both.floor == 6


def test_a_rival_counts_where_its_shard_has_the_highest_floor_alone() -> None:
    low = pool([0, 2], [9, 6], floor=5, rival=1)
    high = pool([10, 12], [7, 6], floor=6, rival=11)
    assert merged([low, high]).rival == 11
    assert merged([low, high]).n_eligible == 3


def test_shards_without_points_take_no_part() -> None:
    nothing = pool([], [], floor=0)
    both = merged([nothing, pool([7], [3], floor=3), nothing])
    assert both.points.tolist() == [7]
    assert both.floor == 3
    assert merged([nothing, nothing]).points.tolist() == []


def test_few_picks_double_a_pool_and_the_most_halve_it_within_their_bounds() -> None:
    assert [SIZES.after(size, 4) for size in (100, 200)] == [200, 300]
    assert [SIZES.after(size, 50) for size in (100, 60)] == [50, 40]
    assert SIZES.after(100, 20) == 100
