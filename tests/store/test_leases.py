"""Two servers over one catalog, each a workspace of its own; a lease ends when a test says so."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event, select, update

from al_core.exceptions import TakenOverError, WorkspaceError
from al_core.jobs import Beat, Job, JobState
from al_core.store import LocalDataset, Workspace
from al_core.store.engines import reading, writing
from al_core.store.identity import now
from al_core.store.job_records import MOST_ATTEMPTS, JobRecords
from al_core.store.leases import LeaseTerms, database_now
from al_core.store.tables import jobs as table
from tests.store.killed import kill

RECIPE = {"kind": "selection"}


@pytest.fixture
def one(workspace: Workspace) -> JobRecords:
    return workspace.job_records


@pytest.fixture
def two(workspace: Workspace) -> Iterator[JobRecords]:
    with Workspace(workspace.home) as other:
        yield other.job_records


def start(records: JobRecords, *, recipe: dict[str, str] | None = None) -> Job:
    """Start a job as a server does."""
    job = Job("a selection", recipe=recipe)
    records.save(job, JobState.WAITING)
    records.save(job, JobState.RUNNING)
    return job


def end_leases(workspace: Workspace) -> None:
    """Let as much time pass as a lease lasts."""
    with writing(workspace._engine) as connection:
        connection.execute(update(table).values(lease_ends_at=0))


def test_another_server_leaves_a_job_alone_while_its_lease_lasts(one: JobRecords, two: JobRecords) -> None:
    job = start(one, recipe=RECIPE)
    assert two.take_over() is None
    assert two.get(job.id).state == "RUNNING"


def test_one_server_takes_a_job_over_when_its_lease_has_ended(
    workspace: Workspace, one: JobRecords, two: JobRecords
) -> None:
    job = start(one, recipe=RECIPE)
    end_leases(workspace)
    taken = two.take_over()
    assert taken
    assert (taken.id, taken.title, taken.created_at) == (job.id, job.title, job.created_at)
    assert (taken.recipe, taken.attempt) == (RECIPE, 2)
    with Workspace(workspace.home) as third:
        assert third.job_records.take_over() is None


def test_a_server_does_not_take_over_its_own_jobs(workspace: Workspace, one: JobRecords) -> None:
    job = start(one, recipe=RECIPE)
    other = start(one)
    end_leases(workspace)
    assert one.take_over() is None
    assert {record.state for record in one.all()} == {"RUNNING"}
    assert one.beat([job, other]) == Beat()


def test_a_heartbeat_renews_the_lease_and_tells_others_of_the_progress(
    workspace: Workspace, one: JobRecords, two: JobRecords
) -> None:
    job = start(one, recipe=RECIPE)
    end_leases(workspace)
    job.done = 3
    job.total = 12
    assert one.beat([job]) == Beat()
    assert two.take_over() is None
    record = two.get(job.id)
    assert (record.done, record.total, record.fraction) == (3, 12, 0.25)


def test_a_worker_that_wakes_late_stores_nothing(workspace: Workspace, dataset: LocalDataset, two: JobRecords) -> None:
    job = start(workspace.job_records, recipe=RECIPE)
    end_leases(workspace)
    taken = two.take_over()
    assert taken
    with workspace.job_records.holding(job):
        with pytest.raises(TakenOverError, match="nothing was stored"):
            dataset.create_tag("late", np.array([0, 1]))
        with pytest.raises(TakenOverError):
            dataset.delete_tag(dataset.create_tag("late too", np.array([0, 1])))
    with pytest.raises(TakenOverError):
        workspace.job_records.save(job, JobState.FINISHED)
    assert workspace.job_records.beat([job]) == Beat(lost=frozenset({job.id}))
    with two.holding(taken):
        dataset.create_tag("in time", np.array([0, 1]))
    taken.result = "a tag"
    two.save(taken, JobState.FINISHED)
    assert [tag.name for tag in dataset.tags()] == ["in time", "initial-tag"]
    assert workspace.job_records.get(job.id).result == "a tag"


def test_who_works_on_no_job_stores_as_ever(
    workspace: Workspace, dataset: LocalDataset, one: JobRecords, two: JobRecords
) -> None:
    start(one, recipe=RECIPE)
    end_leases(workspace)
    assert two.take_over()
    assert dataset.create_tag("by hand", np.array([0])).size == 1


def test_a_worker_whose_job_counts_as_interrupted_stores_nothing(
    workspace: Workspace, dataset: LocalDataset, two: JobRecords
) -> None:
    job = start(workspace.job_records)
    end_leases(workspace)
    assert two.get(job.id).error.startswith("interrupted: ")
    with workspace.job_records.holding(job), pytest.raises(TakenOverError):
        dataset.create_tag("late", np.array([0, 1]))


def test_a_cancel_from_another_server_is_heard_with_the_next_heartbeat(one: JobRecords, two: JobRecords) -> None:
    job = start(one, recipe=RECIPE)
    other = start(one, recipe=RECIPE)
    two.cancel(job.id)
    assert one.beat([job, other]) == Beat(canceled=frozenset({job.id}))


def test_a_canceled_job_whose_server_is_gone_is_canceled_and_not_taken_over(
    workspace: Workspace, one: JobRecords, two: JobRecords
) -> None:
    job = start(one, recipe=RECIPE)
    two.cancel(job.id)
    end_leases(workspace)
    assert two.take_over() is None
    assert two.get(job.id).state == "CANCELLED"


def test_a_job_that_ended_is_not_canceled(one: JobRecords, two: JobRecords) -> None:
    job = start(one)
    one.save(job, JobState.FINISHED)
    two.cancel(job.id)
    assert two.get(job.id).state == "FINISHED"


def test_a_job_that_ends_its_servers_is_given_up(workspace: Workspace, one: JobRecords) -> None:
    job = start(one, recipe=RECIPE)
    for attempt in range(2, MOST_ATTEMPTS + 1):
        end_leases(workspace)
        another = Workspace(workspace.home)
        taken = another.job_records.take_over()
        assert taken
        assert taken.attempt == attempt
        kill(another)
    end_leases(workspace)
    assert one.take_over() is None
    assert one.get(job.id).error.startswith("interrupted: ")


def test_servers_that_are_stopped_use_up_no_attempt(workspace: Workspace, one: JobRecords) -> None:
    with Workspace(workspace.home) as first:
        job = start(first.job_records, recipe=RECIPE)
    for attempt in range(2, 2 * MOST_ATTEMPTS):
        with Workspace(workspace.home) as another:
            taken = another.job_records.take_over()
            assert taken
            assert taken.attempt == attempt
            # Who closes again has nothing more to hand over.
            another.job_records.give_up()
    assert one.get(job.id).state == "WAITING"
    taken = one.take_over()
    assert taken
    assert taken.attempt == 2 * MOST_ATTEMPTS


def test_a_server_that_was_stopped_still_cannot_store_what_another_has_taken_over(
    workspace: Workspace, dataset: LocalDataset, two: JobRecords
) -> None:
    stopped = Workspace(workspace.home)
    job = start(stopped.job_records, recipe=RECIPE)
    stopped.close()
    assert two.take_over()
    with stopped.job_records.holding(job), pytest.raises(TakenOverError):
        stopped.dataset(dataset.id).create_tag("late", np.array([0]))
    stopped.close()


def test_a_server_that_closes_leaves_its_jobs_to_others_at_once(workspace: Workspace, two: JobRecords) -> None:
    closing = Workspace(workspace.home)
    job = start(closing.job_records, recipe=RECIPE)
    closing.close()
    taken = two.take_over()
    assert taken
    assert taken.id == job.id


def test_the_clock_is_that_of_the_database(workspace: Workspace) -> None:
    before = now()
    with reading(workspace._engine) as connection:
        moment = connection.execute(select(database_now())).scalar_one()
    # Both count in whole milliseconds, and SQLite from a day in a floating-point number.
    assert before - 1 <= moment <= now() + 1


def test_how_long_leases_last_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LeaseTerms.from_environment() == LeaseTerms(2, 30)
    monkeypatch.setenv("AL_CORE_HEARTBEAT_SECONDS", "0.5")
    monkeypatch.setenv("AL_CORE_LEASE_SECONDS", "1.5")
    assert LeaseTerms.from_environment() == LeaseTerms(0.5, 1.5)


@pytest.mark.parametrize(("heartbeat", "lease"), [("10", "20"), ("0", "20"), ("2", "0")])
def test_a_lease_that_ends_before_it_is_renewed_is_refused(
    monkeypatch: pytest.MonkeyPatch, heartbeat: str, lease: str
) -> None:
    monkeypatch.setenv("AL_CORE_HEARTBEAT_SECONDS", heartbeat)
    monkeypatch.setenv("AL_CORE_LEASE_SECONDS", lease)
    with pytest.raises(WorkspaceError, match="should be at least 3 times AL_CORE_HEARTBEAT_SECONDS"):
        LeaseTerms.from_environment()


def test_no_heartbeat_opens_the_catalog_of_a_closed_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    records = workspace.job_records
    job = start(records, recipe=RECIPE)
    workspace.close()
    connections: list[object] = []
    event.listen(workspace._engine, "connect", lambda connection, _record: connections.append(connection))
    assert records.beat([job]) == Beat()
    records.save_late(job)
    assert records.take_over() is None
    assert connections == []
