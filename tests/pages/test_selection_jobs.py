"""A selection that another server of the catalog works on, as the pages of this one show it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.api.server.context import Context, resume
from al_core.api.server.settings import Settings
from al_core.config import SelectionConfig
from al_core.jobs import Job, JobState
from al_core.steps.selection_plan import SelectionInputs
from al_core.steps.selection_recipe import write_recipe
from al_core.store import Dataset, Workspace
from al_core.store.job_records import MOST_ATTEMPTS, JobRecords
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from tests.store.killed import kill
from ui import selection_jobs

CONFIG = SelectionConfig("CORESET", 300, name="theirs", seed=1)


@pytest.fixture
def context(home: Path) -> Iterator[Context]:
    """The API in the process of the pages; it does not look for jobs of servers that are gone."""
    context = Context(Workspace, Settings())
    with Workspace(home) as workspace:
        context.use(workspace)
        selection_jobs.share(context)
        yield context


@pytest.fixture
def elsewhere(digits: Dataset, home: Path) -> Iterator[Workspace]:
    """The workspace as another server has it open."""
    with Workspace(home) as workspace:
        yield workspace


def begin(records: JobRecords, dataset: Dataset) -> Job:
    """Begin a selection on another server, which has picked 12 of 48."""
    job = Job("Selecting by CORESET", dataset.id, records, write_recipe(CONFIG, SelectionInputs()))
    records.save(job, JobState.WAITING)
    job.done = 12
    job.total = 48
    records.save(job, JobState.RUNNING)
    return job


def errors(app: AppTest) -> str:
    return "\n".join(unescaped(error.value) for error in app.error)


def sidebar(app: AppTest) -> str:
    return "\n".join(unescaped(caption.value) for caption in app.sidebar.caption)


@pytest.mark.parametrize("page", ["select", "tags"])
def test_a_selection_of_another_server_is_shown_on_every_page(
    digits: Dataset, context: Context, elsewhere: Workspace, open_page: Open, page: str
) -> None:
    job = begin(elsewhere.job_records, digits)
    app = open_page(page)
    assert "Selecting by CORESET · 25% done, on another server" in sidebar(app)
    if page == "select":
        assert button(app, "Run selection").disabled
        assert app.button(key=f"cancel-{job.id}")


def test_it_is_canceled_from_here(digits: Dataset, context: Context, elsewhere: Workspace, open_page: Open) -> None:
    job = begin(elsewhere.job_records, digits)
    app = open_page("select")
    app.button(key=f"cancel-{job.id}").click().run()
    assert app.button(key=f"cancel-{job.id}").disabled
    assert elsewhere.job_records.beat([job]).canceled == {job.id}
    elsewhere.job_records.save(job, JobState.CANCELLED)
    app.run()
    assert any("canceled; nothing was stored" in info.value for info in app.info)
    assert not button(app, "Run selection").disabled


def test_its_end_is_seen_here(digits: Dataset, context: Context, elsewhere: Workspace, open_page: Open) -> None:
    job = begin(elsewhere.job_records, digits)
    app = open_page("select")
    with elsewhere.job_records.holding(job):
        job.result = workflow.run_selection(elsewhere.dataset(digits.id), CONFIG).tag.id
    elsewhere.job_records.save(job, JobState.FINISHED)
    app.run()
    assert [heading.value for heading in app.subheader] == ["theirs"]
    assert "under way" not in sidebar(app)


def test_one_that_ended_several_servers_fails_with_its_reason(
    digits: Dataset, context: Context, home: Path, open_page: Open
) -> None:
    gone = Workspace(home)
    job = begin(gone.job_records, digits)
    app = open_page("select")
    for _ in range(MOST_ATTEMPTS - 1):
        kill(gone)
        gone = Workspace(home)
        assert gone.job_records.take_over()
    kill(gone)
    with Workspace(home) as next_one:
        # Whoever opens the workspace next finds that the process is gone.
        assert next_one.job_records.take_over() is None
    assert "interrupted: the process that ran this job ended before it was done" in errors(app.run())
    assert not button(app, "Run selection").disabled
    assert context.open().workspace.job_records.get(job.id).state is JobState.FAILED
    # Whoever comes later starts the next one; why this one failed is no news to them.
    assert errors(open_page("select")) == ""


def test_one_whose_server_is_gone_goes_on_here(digits: Dataset, context: Context, home: Path, open_page: Open) -> None:
    gone = Workspace(home)
    job = begin(gone.job_records, digits)
    app = open_page("select")
    gone.close()
    services = context.open()
    services.jobs._take_over(lambda job, progress: resume(services.workspace, job, progress))
    own = services.jobs.find(job.id)
    assert own is not None
    assert own.wait(PATIENCE)
    assert [heading.value for heading in app.run().subheader] == ["theirs"]


def test_a_selection_of_this_page_is_seen_by_other_servers(
    digits: Dataset, context: Context, elsewhere: Workspace, open_page: Open
) -> None:
    app = open_page("select")
    button(app, "Run selection").click().run()
    record = elsewhere.job_records.newest(digits.id, "selection")
    assert record is not None
    job = context.open().jobs.find(record.id)
    assert job is not None
    assert job.wait(PATIENCE)
    ended = elsewhere.job_records.get(record.id)
    assert ended.state is JobState.FINISHED
    assert elsewhere.dataset(digits.id).tag_by_id(ended.result).name == "al-iteration-1"
    assert [heading.value for heading in app.run().subheader] == ["al-iteration-1"]
