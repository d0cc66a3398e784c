import gc
import os
import signal

import pytest

from al_core.formats.worker.process import Worker


def test_a_worker_leads_a_process_group_and_ends_with_its_object() -> None:
    worker = Worker()
    pid = worker.pid
    assert os.getpgid(pid) == pid
    del worker
    gc.collect()
    assert not process_exists(pid)


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_closing_twice_is_once() -> None:
    worker = Worker()
    worker.close()
    worker.close()
    assert not worker.is_alive
    assert worker.receive(seconds=60) is None
    assert worker.reason_of_end() == "memory"  # as if the system had killed it


def test_a_worker_ends_when_nobody_can_ask_it_any_more() -> None:
    worker = Worker()
    worker._requests.close()
    assert worker.receive(seconds=60) is None
    assert worker.reason_of_end() == "crash"
    worker.close()


def test_a_worker_sees_no_tokens_and_no_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_TOKEN", "secret")
    monkeypatch.setenv("AL_CORE_MAX_DECODED_GB", "3")
    worker = Worker()
    with open(f"/proc/{worker.pid}/environ", "rb") as file:
        environment = file.read().split(b"\0")
    worker.close()
    assert b"AL_CORE_MAX_DECODED_GB=3" in environment
    assert not [entry for entry in environment if entry.startswith(b"AL_CORE_TOKEN")]


def test_ctrl_c_at_the_terminal_does_not_reach_a_worker() -> None:
    worker = Worker()
    # The terminal signals the group of the server.
    assert os.getpgid(worker.pid) != os.getpgid(0)
    worker.close()
    assert signal.getsignal(signal.SIGINT) is not None
