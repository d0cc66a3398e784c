"""Connecting to real Dask processes, or to none."""

from contextlib import suppress
from typing import Any

import pytest
from distributed import Client

import al_core
from al_core.cluster import connected, connection
from al_core.cluster.plugin import EnvironmentCheck
from al_core.exceptions import Cancelled, MissingInputError, NotAllowedError, ServerError
from tests.cluster.processes import DaskProcesses


def test_a_worker_of_another_version_is_refused_before_work_starts() -> None:
    setup = "import al_core; al_core.__version__ = '0.0.1'"
    with DaskProcesses.started(0) as processes, processes.worker(setup):
        processes.wait_for_workers(1)
        with pytest.raises(NotAllowedError, match=rf"worker at tcp://.* has al_core 0\.0\.1.* {al_core.__version__}"):
            connected(processes.address).__enter__()


@pytest.mark.parametrize("error", [None, Cancelled("stop")])
def test_a_selection_leaves_no_check_behind_however_it_ends(
    dask_processes: DaskProcesses, error: Exception | None
) -> None:
    with suppress(Cancelled), connected(dask_processes.address):
        if error:
            raise error
    with Client(dask_processes.address, set_as_default=False) as client:
        assert client.run_on_scheduler(check_names) == []


def check_names(dask_scheduler: Any) -> list[str]:
    return [name for name in dask_scheduler.worker_plugins if name == EnvironmentCheck.name]


def test_a_machine_that_stood_still_while_dask_started_is_no_failure(
    dask_processes: DaskProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first client ends as that of a machine whose event loop takes more than 10 s to start.
    loops = iter([None, "loop"])

    def start(*arguments: Any, **options: Any) -> Client:
        assert next(loops) is not None
        return Client(*arguments, **options)

    monkeypatch.setattr(connection, "Client", start)
    with connected(dask_processes.address) as cluster:
        assert cluster.n_shards == 2


def test_dask_that_is_not_installed_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("al_core.cluster.find_spec", lambda name: None)
    said = r"tcp://there:8786 is reached by Dask, which is not installed: pip install 'al-core\[cluster\]'"
    with pytest.raises(MissingInputError, match=said):
        connected("tcp://there:8786").__enter__()


def test_a_scheduler_without_workers_is_said() -> None:
    with DaskProcesses.started(0) as processes, pytest.raises(ServerError, match="has no workers: start one with"):
        connected(processes.address).__enter__()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nothing://here", "127.0.0.1:9"])
def test_an_address_where_no_scheduler_answers_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(connection, "_SECONDS_TO_CONNECT", 1)
    with pytest.raises(ServerError, match=f"no Dask scheduler answers at {address}"):
        connected(address).__enter__()
