from threading import Thread

import numpy as np
import pytest

from al_core.store import LocalDataset, TagRole, Workspace
from al_core.store.changes import Action, Change
from al_core.store.contents import ItemKind
from al_core.store.models import NewModel
from al_core.store.transactions import changing
from tests.store.statements import statements

CREATED = Change(Action.CREATED, ItemKind.TAG, "batch")


@pytest.fixture
def view(workspace: Workspace, dataset: LocalDataset) -> Workspace:
    """The workspace as somebody sees it who has the dataset open."""
    view = workspace.watched()
    view.watch.begin_page(dataset.id)
    return view


def test_as_long_as_nothing_changes_one_small_statement_is_all(view: Workspace) -> None:
    with statements(view) as executed:
        view.watch.report()
    # The revision, which goes to the driver directly, is not among them: nothing else is read.
    assert executed == []


def test_an_own_change_costs_one_reading_of_all_names(view: Workspace, dataset: LocalDataset) -> None:
    own = view.dataset(dataset.id)
    with statements(view) as executed:
        own.rename("row")
        # What the watch saw last is what the change began with, and what it left is what there is now.
        view.watch.report()
        own.rename("line")
    assert len(readings(executed)) == 2


def test_a_change_of_a_dataset_that_is_not_open_costs_none(view: Workspace, workspace: Workspace) -> None:
    other = view.dataset(workspace.create_dataset("other", ["x.png"]).id)
    with statements(view) as executed:
        other.rename("another")
    assert readings(executed) == []


def readings(executed: list[str]) -> list[str]:
    return [statement for statement in executed if "FROM label_sets" in statement]


def changes(view: Workspace) -> list[Change]:
    return list(view.watch.report().changes)


def test_what_others_store_is_reported_until_somebody_has_read_it(view: Workspace, dataset: LocalDataset) -> None:
    assert changes(view) == []
    tag = dataset.create_tag("batch", np.array([0]))
    assert changes(view) == [CREATED]
    view.watch.acknowledge()
    assert changes(view) == []
    dataset.delete_tag(tag)
    assert changes(view) == [Change(Action.DELETED, ItemKind.TAG, "batch")]


def test_what_was_done_and_undone_is_no_news(view: Workspace, dataset: LocalDataset) -> None:
    dataset.delete_tag(dataset.create_tag("batch", np.array([0])))
    assert changes(view) == []


def test_own_changes_are_not_reported(view: Workspace, dataset: LocalDataset) -> None:
    own = view.dataset(dataset.id)
    tag = own.create_tag("batch", np.array([0]))
    own.set_tag_role(tag, TagRole.LABELED)
    own.delete_tag(tag)
    view.tombstones.restore(view.tombstones.all(dataset.id)[0].id)
    own.rename("row")
    assert changes(view) == []


def test_own_changes_amid_those_of_others_leave_these_to_be_reported(view: Workspace, dataset: LocalDataset) -> None:
    own = view.dataset(dataset.id)
    own.create_tag("mine", np.array([0]))
    dataset.create_tag("batch", np.array([0]))
    own.rename_tag(own.tag("mine"), "still mine")
    assert changes(view) == [CREATED]
    own.delete_tag(own.tag("batch"))
    assert changes(view) == []


def test_what_others_change_just_before_an_own_change_is_reported(view: Workspace, dataset: LocalDataset) -> None:
    # The watch has not looked between, so it must not take what it saw last for what the own change began with.
    dataset.create_tag("batch", np.array([0]))
    view.dataset(dataset.id).rename("row")
    assert changes(view) == [CREATED]
    dataset.create_tag("mine too", np.array([0]))
    assert len(changes(view)) == 2


def test_an_own_change_that_fails_is_none(view: Workspace, dataset: LocalDataset) -> None:
    own = view.dataset(dataset.id)

    def fail(attributes: object) -> dict[str, object]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        own.change_attributes(fail)
    dataset.create_tag("batch", np.array([0]))
    assert changes(view) == [CREATED]


def test_what_work_in_the_background_stores_is_the_own_of_who_began_it(view: Workspace, dataset: LocalDataset) -> None:
    own = view.dataset(dataset.id)
    thread = Thread(target=lambda: own.create_tag("batch", np.array([0])))
    thread.start()
    thread.join()
    assert changes(view) == []


def test_two_people_are_others_to_each_other(workspace: Workspace, view: Workspace, dataset: LocalDataset) -> None:
    other_view = workspace.watched()
    other_view.watch.begin_page(dataset.id)
    other_view.dataset(dataset.id).create_tag("batch", np.array([0]))
    assert changes(view) == [CREATED]
    assert changes(other_view) == []


def test_nothing_is_said_about_a_transaction_under_way(view: Workspace, dataset: LocalDataset) -> None:
    own = view.dataset(dataset.id)
    with changing(own._engine, own.id):
        # Whether the catalog has it already depends on the moment.
        assert changes(view) == []
    assert changes(view) == []


def test_a_page_drawn_since_shows_all_there_is(view: Workspace, dataset: LocalDataset) -> None:
    dataset.create_tag("batch", np.array([0]))
    assert not view.watch.report().is_shown
    view.watch.begin_page(dataset.id)
    report = view.watch.report()
    assert report.is_shown
    assert report.changes == (CREATED,)


def test_another_dataset_begins_without_news(workspace: Workspace, view: Workspace, dataset: LocalDataset) -> None:
    other = workspace.create_dataset("other", ["x.png"])
    dataset.create_tag("batch", np.array([0]))
    view.watch.begin_page(other.id)
    assert changes(view) == []
    dataset.create_tag("elsewhere", np.array([0]))
    assert changes(view) == []


def test_a_deleted_dataset_is_reported_by_its_name(workspace: Workspace, view: Workspace) -> None:
    workspace.delete_dataset("line")
    report = view.watch.report()
    assert (report.is_deleted, report.dataset_name, report.is_shown) == (True, "line", False)


def test_all_that_people_store_is_seen(view: Workspace, dataset: LocalDataset) -> None:
    scores = {"loss": np.linspace(0, 1, dataset.n_samples)}
    dataset.models.store(NewModel("yolo", scores, task="classification"))
    dataset.rename("row")
    dataset.set_round_plan({"target": 0.9})
    assert changes(view) == [
        Change(Action.CREATED, ItemKind.PREDICTIONS, "yolo"),
        Change(Action.RENAMED, ItemKind.DATASET, "row", "line"),
        Change(Action.CHANGED, ItemKind.ROUND_PLAN, ""),
    ]


def test_a_view_makes_no_file_and_shares_what_its_process_owns(workspace: Workspace) -> None:
    before = sorted(workspace.home.rglob("*"))
    first, second = workspace.watched(), workspace.watched()
    assert sorted(workspace.home.rglob("*")) == before
    assert first.owner is second.owner is workspace.owner
