"""Finding the pool of the next picks on all shards at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.calls import FindPool
from al_core.cluster.sharded_search import ShardedSearch
from al_core.exceptions import NotAllowedError
from al_core.selection.pools import NO_RIVAL, Outcome, Pool, PoolFinder, PoolSizes, merged
from al_core.types import Rows

# A round costs a journey to the workers and back, so more is picked from larger pools than on one machine. Of five
# settings these took the least processor time (200,000 x 128, 2,000 picks, 1, 2 and 4 shards); half the picks a round
# doubled the rounds, and twice the picks moved a quarter more bytes.
_FIRST_POOL = 2_048
_LEAST_POOL = 512
_POOL_BYTES = 16 << 20
_FEW_PICKS = 24
_MAX_PICKS = 256
# The best points are not spread evenly over the shards: each is asked for so many times its share.
SLACK = 1.5
_LEAST_OF_SHARD = 64


class ShardedPools(PoolFinder):
    """Merges the pools that shards find among their own points."""

    def __init__(self, search: ShardedSearch, dim: int, least: np.float32) -> None:
        self.dim = dim
        self.least = least
        largest = max(_FIRST_POOL, _POOL_BYTES // (4 * dim))
        self.sizes = PoolSizes(_FIRST_POOL, _LEAST_POOL, largest, _FEW_PICKS, _MAX_PICKS)
        self._search = search

    def find(self, size: int, tick: Callable[[], None]) -> Pool:
        """Return a pool of about `size` points; `tick` is called now and then and may raise to stop."""
        starts = self._search.starts
        n_shards = len(starts) - 1
        share = size if n_shards == 1 else max(min(size, _LEAST_OF_SHARD), int(SLACK * size / n_shards))
        pools = self._search.ask([lambda news: FindPool(news, share)] * n_shards, tick)
        return merged([_moved(pool, int(start)) for pool, start in zip(pools, starts[:-1], strict=True)])

    def settle(self, pool: Pool, outcome: Outcome) -> None:
        """Make the picked points of a pool centers."""
        # Padding need not travel.
        self._search.add_centers(outcome.centers[:, : self.dim])
        # Shards know centers as vectors alone, so points that were picked are closed by their position.
        self._search.close(pool.points[outcome.picked])

    def close(self, points: Rows) -> None:
        """Never offer these points again."""
        self._search.close(points)

    def lower_weights(self, weights: NDArray[np.float32]) -> None:
        """Refuse: weights that change with every pick would travel to all workers each time."""
        raise NotAllowedError(
            "a balance changes what every sample is worth with each pick, which a cluster does not do yet for CORESET "
            "and CORAL's product: run this selection without a cluster, or use a quota instead of the balance"
        )


def _moved(pool: Pool, start: int) -> Pool:
    """Return a shard's pool with its points numbered among those of all shards."""
    rival = pool.rival if pool.rival == NO_RIVAL else pool.rival + start
    return pool._replace(points=pool.points + start, rival=rival)
