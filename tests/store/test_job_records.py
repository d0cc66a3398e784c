import os
from pathlib import Path

import pytest

from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.jobs import Job, Jobs, JobState
from al_core.store import Workspace, job_records
from al_core.store.identity import now
from al_core.store.job_records import REMEMBERED_MILLISECONDS
from al_core.types import Progress
from tests.patience import PATIENCE
from tests.store.statements import statements


def fail(_progress: Progress) -> str:
    raise InvalidInputError("no")


def test_another_process_sees_a_job_and_its_outcome(workspace: Workspace) -> None:
    jobs = Jobs(workspace.job_records)
    finished, failed = jobs.start(None, "one", lambda _: "tag id"), jobs.start(None, "two", fail, "dataset id")
    assert finished.wait(PATIENCE)
    assert failed.wait(PATIENCE)
    with Workspace(workspace.home) as other:
        assert other.job_records.get(finished.id).result == "tag id"
        record = other.job_records.get(failed.id)
        assert {record.id for record in other.job_records.all()} == {finished.id, failed.id}
    assert (record.state, record.error, record.error_type) == ("FAILED", "no", "InvalidInputError")
    assert (record.title, record.dataset_id) == ("two", "dataset id")


def test_an_error_that_names_a_file_in_bytes_of_no_encoding_is_stored(workspace: Workspace) -> None:
    def fail_by_name(_progress: Progress) -> str:
        raise InvalidInputError("caf\udce9.jpg and a\0b.jpg are no images")

    job = Jobs(workspace.job_records).start(None, "one", fail_by_name)
    assert job.wait(PATIENCE)
    record = workspace.job_records.get(job.id)
    assert (record.state, record.error) == ("FAILED", r"caf\udce9.jpg and a\x00b.jpg are no images")


def test_a_job_under_way_fails_when_its_process_ends(workspace: Workspace) -> None:
    owner = Workspace(workspace.home)
    job = Job("long")
    owner.job_records.save(job, JobState.RUNNING)
    assert workspace.job_records.get(job.id).state == "RUNNING"
    owner.close()
    record = workspace.job_records.get(job.id)
    assert record.state == "FAILED"
    assert record.error.startswith("interrupted: ")
    assert record.finished_at is not None


def test_a_server_with_another_home_sees_a_job_under_way_and_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", str(tmp_path / "arrays"))
    if "AL_CORE_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("AL_CORE_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    with Workspace(tmp_path / "two") as two:
        one = Workspace(tmp_path / "one")
        job = Job("long")
        one.job_records.save(job, JobState.RUNNING)
        assert [record.state for record in two.job_records.all()] == ["RUNNING"]
        one.close()
        assert two.job_records.get(job.id).error.startswith("interrupted: ")


def test_an_unknown_job_is_a_key_error(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no job with the id 'x'"):
        workspace.job_records.get("x")


def test_listing_jobs_takes_one_query(workspace: Workspace) -> None:
    for number in range(5):
        workspace.job_records.save(Job(f"job {number}"), JobState.RUNNING)
    with statements(workspace) as executed:
        assert len(workspace.job_records.all()) == 5
    assert len(executed) == 1


def test_jobs_of_several_processes_that_ended_all_fail(workspace: Workspace) -> None:
    for number in range(3):
        with Workspace(workspace.home) as owner:
            owner.job_records.save(Job(f"job {number}"), JobState.RUNNING)
    assert [record.state for record in workspace.job_records.all()] == ["FAILED"] * 3


def test_opening_forgets_jobs_that_ended_long_ago(workspace: Workspace) -> None:
    jobs = [Job("old"), Job("new")]
    for job, finished_at in zip(jobs, (now() - REMEMBERED_MILLISECONDS - 1, now()), strict=True):
        job.finished_at = finished_at
        workspace.job_records.save(job, JobState.FINISHED)
    with Workspace(workspace.home) as other:
        assert [record.id for record in other.job_records.all()] == [jobs[1].id]


def test_a_process_that_runs_for_weeks_forgets_all_but_the_newest_jobs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_records, "MOST_REMEMBERED", 3)
    monkeypatch.setattr(job_records, "SAVES_PER_TRIM", 5)
    running = Job("running")
    workspace.job_records.save(running, JobState.RUNNING)
    for number in range(10):
        job = Job(str(number))
        job.finished_at = now() + number
        workspace.job_records.save(job, JobState.FINISHED)
    titles = {record.title for record in workspace.job_records.all()}
    assert titles == {"running", "7", "8", "9"}


def test_the_newest_job_of_a_kind_is_that_of_its_dataset(workspace: Workspace) -> None:
    recipes = [("one", "selection"), ("one", "selection"), ("one", "another"), ("two", "selection"), ("one", None)]
    jobs = []
    for number, (dataset_id, kind) in enumerate(recipes):
        job = Job(f"job {number}", dataset_id, recipe={"kind": kind} if kind else None)
        # As by a clock that is set back before each of them.
        job.created_at = -number
        workspace.job_records.save(job, JobState.RUNNING)
        jobs.append(job)
    newest = workspace.job_records.newest("one", "selection")
    assert newest is not None
    assert newest.id == jobs[1].id
    assert workspace.job_records.newest("three", "selection") is None
    assert [record.id for record in workspace.job_records.all()] == [job.id for job in reversed(jobs)]


def test_jobs_under_way_on_all_servers_come_in_the_order_of_their_starts(workspace: Workspace) -> None:
    gone, here, ended = Job("of a server that is gone"), Job("here"), Job("ended")
    workspace.job_records.save(here, JobState.RUNNING)
    workspace.job_records.save(ended, JobState.FINISHED)
    with Workspace(workspace.home) as other:
        elsewhere = Job("elsewhere")
        elsewhere.created_at = here.created_at - 1
        other.job_records.save(elsewhere, JobState.WAITING)
        with Workspace(workspace.home) as third:
            third.job_records.save(gone, JobState.RUNNING)
        assert [record.id for record in workspace.job_records.under_way()] == [here.id, elsewhere.id]


def test_a_job_that_is_asked_to_stop_is_canceling_until_it_has_stopped(workspace: Workspace) -> None:
    job = Job("long")
    workspace.job_records.save(job, JobState.RUNNING)
    workspace.job_records.cancel(job.id)
    assert workspace.job_records.get(job.id).is_canceling
    workspace.job_records.save(job, JobState.CANCELLED)
    assert not workspace.job_records.get(job.id).is_canceling
