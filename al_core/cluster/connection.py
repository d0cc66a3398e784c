"""The connection to a Dask scheduler, whose workers are checked before they get work."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from warnings import catch_warnings, simplefilter

import dask
from distributed import Client

from al_core.cluster.dask_cluster import DaskCluster
from al_core.cluster.environment import environment
from al_core.cluster.plugin import EnvironmentCheck
from al_core.exceptions import ALCoreError, ServerError

_SECONDS_TO_CONNECT = 10


@contextmanager
def connected(address: str) -> Iterator[DaskCluster]:
    """Yield the cluster of a scheduler, whose workers were found to have this version of al_core.

    Raises:
        ServerError: If the scheduler does not answer or has no workers, or they have no al_core.
        NotAllowedError: If a worker has another version, or another kind of processor.
    """
    # Arguments are sent once: Dask warns of large ones because it cannot know.
    settings = {"distributed.admin.large-graph-warning-threshold": "100GB"}
    with dask.config.set(settings):
        client = _client(address)
        try:
            _check_workers(client, address)
            yield DaskCluster(client, address)
        finally:
            _take_check_back(client)
            client.close()


def _client(address: str) -> Client:
    try:
        with catch_warnings():
            # Which packages differ is checked below for those that matter.
            simplefilter("ignore")
            try:
                return _started_client(address)
            except AssertionError:
                # Dask asserts that its event loop has started within 10 s: on a machine that stood still it may not.
                return _started_client(address)
    except (OSError, ValueError) as error:
        raise ServerError(
            f"no Dask scheduler answers at {address}: start one with 'dask scheduler', or correct the address"
        ) from error


def _started_client(address: str) -> Client:
    return Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)


def _check_workers(client: Client, address: str) -> None:
    try:
        client.register_plugin(EnvironmentCheck(environment()))
    except ALCoreError:
        raise
    except Exception as error:
        raise ServerError(
            f"the workers of the scheduler at {address} cannot load al_core ({error}): install it where they run"
        ) from error


def _take_check_back(client: Client) -> None:
    """Let workers join that have no al_core: a scheduler may be shared."""
    if client.status == "running":
        # Other work may have ended first and taken it along, the scheduler has gone since, or a worker could not
        # load it.
        with suppress(ValueError, OSError, KeyError):
            client.unregister_worker_plugin(EnvironmentCheck.name)
