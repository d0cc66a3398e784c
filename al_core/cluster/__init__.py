"""Work on a Dask cluster: the results of one machine, from files and vectors that no single machine holds.

Imported only when asked for. `connected` needs the extra `cluster` (`pip install al-core[cluster]`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from al_core.cluster.cluster import Cluster
from al_core.cluster.select import quality, select, stand_in
from al_core.exceptions import MissingInputError

__all__ = ["Cluster", "connected", "quality", "select", "stand_in"]


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Yield the cluster of a Dask scheduler, such as `tcp://scheduler:8786`.

    Raises:
        MissingInputError: If Dask is not installed.
        ServerError: If the scheduler does not answer or has no workers, or they have no al_core.
        NotAllowedError: If a worker has another version, or another kind of processor.
    """
    if find_spec("distributed") is None:
        raise MissingInputError(
            f"the cluster at {address} is reached by Dask, which is not installed: pip install 'al-core[cluster]'"
        )
    from al_core.cluster import connection

    with connection.connected(address) as cluster:
        yield cluster
