import threading
from collections.abc import Iterator

import pytest

from al_core.exceptions import BusyError
from al_core.jobs import Job, Jobs, JobState, WorkerPool
from tests.jobs.gate import WAIT, Gate
from tests.jobs.records import BrokenRecords, Records
from tests.patience import PATIENCE


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "job worker"]


def test_many_jobs_share_few_threads() -> None:
    gate = Gate(n_workers=2, most_waiting=300)
    # Those of earlier tests may be about to end.
    before = set(workers())
    jobs = [Jobs(pool=gate.pool).start(None, "small", lambda _: None) for _ in range(300)]
    assert set(workers()) <= before
    gate.open()
    assert all(job.wait(PATIENCE) for job in jobs)
    assert {job.state for job in jobs} == {JobState.FINISHED}


def test_a_full_queue_refuses_the_next_job() -> None:
    gate = Gate(most_waiting=2)
    jobs = Jobs(pool=gate.pool)
    waiting = [jobs.start(None, "waits", lambda _: None) for _ in range(2)]
    with pytest.raises(BusyError, match="2 jobs are waiting already, and no more may; try again when some have ended"):
        jobs.start("refused", "refused", lambda _: None)
    assert jobs.latest("refused") is None
    gate.open()
    assert all(job.wait(PATIENCE) for job in waiting)
    assert jobs.start(None, "later", lambda _: None).wait(PATIENCE)


def test_groups_take_turns(gate: Gate) -> None:
    order: list[str] = []
    jobs = Jobs(pool=gate.pool)

    def start(name: str) -> Job:
        return jobs.start(None, name, lambda _: order.append(name), name[0])

    started = [start(name) for name in ("a1", "a2", "a3", "b1", "c1", "b2")]
    gate.open()
    assert all(job.wait(PATIENCE) for job in started)
    assert order == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_waiting_job_is_canceled_at_once_and_never_runs(gate: Gate) -> None:
    ran: list[str] = []
    jobs = Jobs(pool=gate.pool)
    canceled = jobs.start(None, "first", lambda _: ran.append("first"))
    next_one = jobs.start(None, "next", lambda _: ran.append("next"))
    canceled.cancel()
    assert canceled.wait(0)
    assert (canceled.state, canceled.is_canceling) == (JobState.CANCELLED, False)
    assert canceled.finished_at is not None
    gate.open()
    assert next_one.wait(PATIENCE)
    assert ran == ["next"]


def test_canceled_jobs_leave_room_in_the_queue() -> None:
    gate = Gate(most_waiting=1)
    jobs = Jobs(pool=gate.pool)
    for _ in range(3):
        jobs.start(None, "waits", lambda _: None).cancel()
    last = jobs.start(None, "last", lambda _: None)
    gate.open()
    assert last.wait(PATIENCE)


def test_a_job_whose_worker_cannot_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    records = Records()
    jobs = Jobs(records, WorkerPool(1))
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(BusyError) as refused:
            jobs.start("key", "no thread", lambda _: None)
    sentence = "this machine has no thread left for another job; try again when others have ended"
    assert str(refused.value) == sentence
    assert records.saved == [(JobState.WAITING, ""), (JobState.FAILED, sentence)]
    assert jobs.start("key", "again", lambda _: None).wait(PATIENCE)


def test_a_catalog_that_fails_costs_one_outcome_and_no_worker() -> None:
    pool = WorkerPool(1)
    records = BrokenRecords()
    job = Jobs(records, pool).start(None, "unsaved", lambda _: None)
    assert job.wait(PATIENCE)
    assert Jobs(pool=pool).start(None, "next", lambda _: None).wait(PATIENCE)
    # Otherwise heartbeats would try to store it for good.
    records.is_open = False


def test_an_idle_pool_has_no_thread() -> None:
    pool = WorkerPool(2)
    before = set(workers())
    jobs = [Jobs(pool=pool).start(None, "small", lambda _: None) for _ in range(5)]
    assert all(job.wait(PATIENCE) for job in jobs)
    for worker in set(workers()) - before:
        worker.join(WAIT)
        assert not worker.is_alive()
