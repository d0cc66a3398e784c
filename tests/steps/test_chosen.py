import numpy as np

from al_core import LocalClient, workflow
from al_core.config import SelectionConfig
from al_core.store import Dataset, TagOrigin, TagRole, Workspace


def random(dataset: Dataset, name: str, n_samples: int) -> workflow.Selection:
    return workflow.run_selection(dataset, SelectionConfig("RANDOM", n_samples, name=name, seed=1))


def test_a_draft_is_nobodys_and_may_be_selected_again(dataset: Dataset) -> None:
    first = random(dataset, "first", 2)
    assert workflow.sent_set(dataset).tolist() == []
    assert random(dataset, "again", 2).added_rows.tolist() == first.added_rows.tolist()


def test_sent_samples_count_and_are_not_selected_again_until_they_are_released(dataset: Dataset) -> None:
    first = random(dataset, "first", 2)
    workflow.mark_sent(dataset, first.tag)
    assert workflow.sent_set(dataset).tolist() == sorted(first.added_rows.tolist())
    second = random(dataset, "second", 5)
    assert len(second.added_rows) == 3
    assert not set(second.added_rows.tolist()) & set(first.added_rows.tolist())
    assert (second.tag.size, second.tag.parent_id) == (5, first.tag.id)
    workflow.release(dataset, first.tag)
    assert workflow.sent_set(dataset).tolist() == []
    assert len(random(dataset, "third", 5).added_rows) == 5
    workflow.mark_sent(dataset, first.tag)
    assert len(workflow.sent_set(dataset)) == 2


def test_what_is_labeled_is_no_longer_sent(dataset: Dataset) -> None:
    first = random(dataset, "first", 3)
    workflow.mark_sent(dataset, first.tag)
    back = dataset.create_tag("back", first.added_rows[:2])
    dataset.set_tag_role(back, TagRole.LABELED)
    assert workflow.labeled_set(dataset).tolist() == sorted(first.added_rows[:2].tolist())
    assert workflow.sent_set(dataset).tolist() == first.added_rows[2:].tolist()


def test_a_selection_may_be_marked_as_labeled_and_back(dataset: Dataset) -> None:
    tag = random(dataset, "first", 3).tag
    dataset.set_tag_role(tag, TagRole.LABELED)
    assert workflow.labeled_set(dataset).tolist() == tag.rows.tolist()
    dataset.set_tag_role(dataset.tag("first"), TagRole.SELECTION)
    assert workflow.labeled_set(dataset).tolist() == []
    assert workflow.read_selection(dataset, dataset.tag("first"))


def test_the_contract_knows_no_sent_samples_and_sends_what_it_selects(workspace: Workspace, dataset: Dataset) -> None:
    first = random(dataset, "first", 4)
    workflow.mark_sent(dataset, first.tag)
    tag = LocalClient(workspace, dataset.id).selection(SelectionConfig("RANDOM", 4, name="agent", seed=1))
    assert tag.rows.tolist() == first.tag.rows.tolist()
    assert tag.parent_id == dataset.tag("initial-tag").id
    assert dataset.tag("agent").is_sent


def test_a_client_that_selects_by_itself_added_what_is_not_in_its_labeled_tag(dataset: Dataset) -> None:
    labeled = dataset.create_tag("labeled", np.array([0, 1]))
    made = dataset.create_tag("made", np.array([0, 1, 4]), TagOrigin(parent=labeled, labeled=labeled))
    dataset.mark_sent(made)
    assert workflow.sent_set(dataset).tolist() == [4]
