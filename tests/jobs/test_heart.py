import threading

import pytest

from al_core.exceptions import TakenOverError
from al_core.jobs import Beat, Job, Jobs, JobState, WorkerPool
from al_core.types import Progress
from tests.jobs.records import Records
from tests.patience import PATIENCE


def until_stopped(progress: Progress) -> None:
    """Work that goes on until it is canceled."""
    while True:
        progress(0, 1)


def test_a_job_that_was_canceled_elsewhere_stops() -> None:
    records = Records()
    job = Jobs(records, WorkerPool(1)).start(None, "long", until_stopped)
    records.next_beat = Beat(canceled=frozenset({job.id}))
    assert job.wait(PATIENCE)
    assert (job.state, records.saved[-1]) == (JobState.CANCELLED, (JobState.CANCELLED, ""))


def test_a_job_that_another_server_has_stops_and_is_forgotten() -> None:
    records = Records()
    jobs = Jobs(records, WorkerPool(1))
    job = jobs.start(None, "long", until_stopped)
    records.next_beat = Beat(lost=frozenset({job.id}))
    assert job.wait(PATIENCE)
    assert jobs.find(job.id) is None


def test_an_outcome_that_comes_too_late_is_a_failure_that_is_not_stored() -> None:
    class Late(Records):
        def save(self, job: Job, state: JobState) -> None:
            if state is JobState.FINISHED:
                raise TakenOverError("another has it")
            super().save(job, state)

    records = Late()
    job = Jobs(records, WorkerPool(1)).start(None, "late", lambda _: "done")
    assert job.wait(PATIENCE)
    assert (job.state, job.error) == (JobState.FAILED, "another has it")
    assert [state for state, _ in records.saved] == [JobState.WAITING, JobState.RUNNING]


def test_a_heartbeat_that_fails_is_tried_again() -> None:
    class Unreachable(Records):
        def beat(self, jobs: object) -> Beat:
            if not failed.is_set():
                failed.set()
                raise OSError("no catalog")
            return self.next_beat

    failed = threading.Event()
    records = Unreachable()
    job = Jobs(records, WorkerPool(1)).start(None, "long", until_stopped)
    assert failed.wait(PATIENCE)
    records.next_beat = Beat(canceled=frozenset({job.id}))
    assert job.wait(PATIENCE)


def test_an_outcome_that_could_not_be_stored_is_stored_with_a_later_heartbeat() -> None:
    class Away(Records):
        def save(self, job: Job, state: JobState) -> None:
            if state is JobState.CANCELLED and not failed.is_set():
                failed.set()
                raise OSError("no catalog")
            super().save(job, state)
            if state is JobState.CANCELLED:
                stored.set()

    def work(progress: Progress) -> None:
        begun.set()
        until_stopped(progress)

    begun, failed, stored = threading.Event(), threading.Event(), threading.Event()
    records = Away()
    job = Jobs(records, WorkerPool(1)).start(None, "long", work)
    assert begun.wait(PATIENCE)
    job.cancel()
    assert job.wait(PATIENCE)
    assert failed.is_set()
    assert stored.wait(PATIENCE)
    # Another server would otherwise take over what somebody has canceled.
    assert records.saved[-1] == (JobState.CANCELLED, "")


def test_an_outcome_that_can_never_be_stored_costs_no_other_job_its_lease() -> None:
    class Refusing(Records):
        def save(self, job: Job, state: JobState) -> None:
            if job.title == "refused" and state is JobState.FINISHED:
                raise ValueError("not to be stored")
            super().save(job, state)

    records = Refusing()
    jobs = Jobs(records, WorkerPool(2))
    refused = jobs.start(None, "refused", lambda _: "done")
    assert refused.wait(PATIENCE)
    running = jobs.start(None, "long", until_stopped)
    records.next_beat = Beat(canceled=frozenset({running.id}))
    assert running.wait(PATIENCE)
    assert refused.is_unsaved
    # The heart, which would try for ever, ends with the test.
    records.is_open = False


def test_an_outcome_that_another_server_has_made_meanwhile_is_not_stored_later() -> None:
    class Late(Records):
        n_tries = 0

        def save(self, job: Job, state: JobState) -> None:
            if state is JobState.FINISHED:
                self.n_tries += 1
                raise OSError("no catalog") if self.n_tries == 1 else TakenOverError("another has it")
            super().save(job, state)

    records = Late()
    others = threading.enumerate()
    jobs = Jobs(records, WorkerPool(1))
    job = jobs.start(None, "late", lambda _: "done")
    for thread in threading.enumerate():
        # Both end once there is nothing left to do.
        if thread not in others:
            thread.join(PATIENCE)
    assert (records.n_tries, job.is_lost, jobs.find(job.id)) == (2, True, None)


def test_a_server_that_watches_takes_over_what_others_left() -> None:
    records = Records()
    left = [Job("first", records=records), Job("second", records=records)]
    records.abandoned = list(left)
    jobs = Jobs(records, WorkerPool(1))
    jobs.watch(lambda job, _progress: job.title.upper())
    assert all(job.wait(PATIENCE) for job in left)
    assert [job.result for job in left] == ["FIRST", "SECOND"]
    assert jobs.find(left[0].id) is left[0]


def test_nothing_beats_for_records_that_are_closed() -> None:
    records = Records()
    others = threading.enumerate()
    Jobs(records, WorkerPool(1)).watch(lambda job, _progress: job.title)
    [heart] = [thread for thread in threading.enumerate() if thread not in others]
    records.is_open = False
    heart.join(PATIENCE)
    assert not heart.is_alive()


def test_a_catalog_that_is_away_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    class Away(Records):
        n_tries = 0

        def take_over(self) -> Job | None:
            self.n_tries += 1
            if self.n_tries == 3:
                reached.set()
            raise OSError("no catalog")

    reached = threading.Event()
    records = Away()
    Jobs(records, WorkerPool(1)).watch(lambda job, _progress: job.title)
    assert reached.wait(PATIENCE)
    records.is_open = False
    assert [record.getMessage() for record in caplog.records] == [
        "a heartbeat of jobs has failed; the next one tries again: no catalog"
    ]
