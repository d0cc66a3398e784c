import threading

import pytest

from al_core.exceptions import InvalidInputError
from al_core.jobs import Jobs, JobState, WorkerPool
from al_core.types import Progress
from tests.patience import PATIENCE


def test_a_job_keeps_its_result() -> None:
    job = Jobs().start("sum", "Adding", lambda progress: 1 + 1)
    assert job.wait(PATIENCE)
    assert (job.state, job.result) == (JobState.FINISHED, 2)


def test_progress_is_visible_while_the_job_runs() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        progress(3, 4)
        reached.set()
        go_on.wait(PATIENCE)

    job = Jobs().start("key", "Counting", work)
    assert reached.wait(PATIENCE)
    assert (job.is_running, job.done, job.total, job.fraction) == (True, 3, 4, 0.75)
    assert job.seconds_left is not None
    go_on.set()
    assert job.wait(PATIENCE)


def test_a_cancelled_job_stops_at_its_next_step() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        reached.set()
        go_on.wait(PATIENCE)
        progress(1, 2)
        raise AssertionError("went on after the cancel")

    job = Jobs().start("key", "Endless", work)
    assert reached.wait(PATIENCE)
    job.cancel()
    assert job.is_canceling
    go_on.set()
    assert job.wait(PATIENCE)
    assert job.state is JobState.CANCELLED


@pytest.mark.parametrize(
    ("error", "told"),
    [(InvalidInputError("score it first"), "score it first"), (ZeroDivisionError("by 0"), "ZeroDivisionError: by 0")],
)
def test_a_failed_job_says_why(error: Exception, told: str) -> None:
    def work(progress: Progress) -> None:
        raise error

    job = Jobs().start("key", "Failing", work)
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == (JobState.FAILED, told)


def test_work_that_wants_to_end_the_process_ends_its_job() -> None:
    def work(progress: Progress) -> None:
        raise SystemExit("bye")

    job = Jobs().start("key", "Leaving", work)
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == (JobState.FAILED, "SystemExit: bye")


def test_one_key_runs_one_job_at_a_time() -> None:
    go_on = threading.Event()
    jobs = Jobs()
    first = jobs.start("key", "First", lambda progress: go_on.wait(PATIENCE))
    assert jobs.start("key", "Second", lambda progress: None) is first
    go_on.set()
    assert first.wait(PATIENCE)
    assert jobs.start("key", "Third", lambda progress: None) is not first


def test_a_job_is_found_by_its_id_whether_or_not_it_has_a_key() -> None:
    jobs = Jobs()
    keyed, keyless = jobs.start("key", "with", lambda _: None), jobs.start(None, "without", lambda _: None)
    assert [jobs.find(keyed.id), jobs.find(keyless.id), jobs.find("key")] == [keyed, keyless, None]
    assert keyed.wait(PATIENCE)
    jobs.forget("key")
    assert [jobs.find(keyed.id), jobs.latest("key")] == [None, None]


def test_only_the_newest_jobs_that_ended_are_remembered() -> None:
    go_on = threading.Event()
    jobs = Jobs(pool=WorkerPool(2), most_remembered=2)
    running = jobs.start("running", "running", lambda _: go_on.wait(PATIENCE))
    ended = [jobs.start(f"ended {number}", "ended", lambda _: None) for number in range(4)]
    assert all(job.wait(PATIENCE) for job in ended)
    # What has ended meanwhile is counted when the next one starts.
    jobs.start("last", "last", lambda _: None)
    assert [jobs.latest(f"ended {number}") for number in range(4)] == [None, None, ended[2], ended[3]]
    assert jobs.latest("running") is running
    go_on.set()
    assert running.wait(PATIENCE)


def test_the_jobs_under_way_are_listed_in_the_order_of_their_starts() -> None:
    jobs, go_on = Jobs(), threading.Event()
    first, second = (jobs.start(key, key, lambda progress: go_on.wait(PATIENCE)) for key in ("first", "second"))
    assert [job.title for job in jobs.running()] == ["first", "second"]
    go_on.set()
    assert first.wait(PATIENCE)
    assert second.wait(PATIENCE)
    assert jobs.running() == []
