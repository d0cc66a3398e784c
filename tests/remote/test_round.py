"""A round on a dataset of a server, step by step, with what the same steps return beside the store."""

from collections.abc import Iterator

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.remote import RemoteDataset, RemoteWorkspace
from al_core.store import LocalDataset, Workspace
from tests.api.conftest import api_server
from tests.steps import project


@pytest.fixture
def here(workspace: Workspace) -> LocalDataset:
    """A project with two rounds and a model after each."""
    dataset = project.begin(workspace)
    for number in (1, 2):
        selection = project.select(dataset, number, 60)
        project.label(dataset, selection.added_rows)
        project.upload(dataset, f"model {number}", np.arange(60 // number))
    return dataset


@pytest.fixture
def there(here: LocalDataset, workspace: Workspace, cache_folder: object) -> Iterator[RemoteDataset]:
    with api_server(workspace) as address:
        remote = RemoteWorkspace(address, workspace.tokens.create("dashboard"), cache_folder)  # type: ignore[arg-type]
        yield remote.dataset(here.id)


def test_rounds_are_read_and_judged_alike(here: LocalDataset, there: RemoteDataset) -> None:
    plan = workflow.round_plan(there)
    far = workflow.report_rounds(there, plan)
    near = workflow.report_rounds(here, plan)
    assert [result.accuracy.text() for result in far.results] == [result.accuracy.text() for result in near.results]
    assert far.forecast.text(0.9, 10) == near.forecast.text(0.9, 10)
    assert far.advice.text() == near.advice.text()
    assert far.gains_text() == near.gains_text()
    assert far.gains_text().startswith("The last round: ")
    assert [each.name for each in workflow.rounds(there)] == ["round 1", "round 2"]


def test_the_next_round_is_chosen_there_and_its_card_is_the_same(here: LocalDataset, there: RemoteDataset) -> None:
    assert workflow.next_config(there) == workflow.next_config(here)
    selection = workflow.run_selection(there, workflow.next_config(there))
    assert (selection.tag.name, len(selection.added_rows), len(selection.test_rows)) == ("round 3", 60, 12)
    card = workflow.selection_card(there, selection)
    local = workflow.read_selection(here, here.tag("round 3"))
    assert local is not None
    assert card == workflow.selection_card(here, local)
    assert card.classes is not None
    assert [str(amount.kind) for amount in card.amounts] == ["classes", "corrections"]
    assert len(workflow.explain_selection(there, selection)) == len(selection.picked_rows)


def test_labels_changes_errors_and_the_report_are_the_same(here: LocalDataset, there: RemoteDataset) -> None:
    assert workflow.export_training_labels(there) == workflow.export_training_labels(here)
    second, first = workflow.models(there)
    far = workflow.compare_models(there, first, second)
    assert far.rows.tolist() == list(range(30, 60))
    found = workflow.label_errors(there)
    assert (found.n_judged, found.n_unjudged) == (120, 0)
    assert "round 2" in workflow.report(there, there.tag("round 2"))
    comparison = workflow.compare(there, [SelectionConfig("CORAL", 140), SelectionConfig("RANDOM", 140)])
    assert len(comparison.candidates) == 2
    assert comparison.candidates[0].card.classes is not None


def test_a_tag_of_changes_and_a_batch_of_tests_are_made_there(here: LocalDataset, there: RemoteDataset) -> None:
    second, first = workflow.models(there)
    workflow.tag_changes(there, workflow.compare_models(there, first, second), "changed 1")
    assert here.tag("changed 1").size == 30
    batch = workflow.select_tests(there, 5, "test batch 1")
    assert len(batch.test_rows) == 5
    workflow.mark_sent(there, batch.tag)
    workflow.release(there, there.tag("test batch 1"))
    assert workflow.rounds(here)[-1].state == "released"
