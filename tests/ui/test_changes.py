from datetime import datetime

import numpy as np
import pytest
import requests

from al_core.store import Workspace
from al_core.store.changes import Action, Change
from al_core.store.contents import ItemKind
from al_core.store.watch import Report
from tests.patience import PATIENCE
from tests.serving import served
from ui.changes import Watches
from ui.changes.routes import changes_app
from ui.changes.words import in_words, time_of_day

NOON = round(datetime.now().replace(hour=12, minute=2, second=0).timestamp() * 1000)


def told(*changes: Change) -> str:
    return in_words(Report(NOON, changes, is_shown=False, dataset_name="cats"))


def test_nothing_is_said_of_nothing() -> None:
    assert told() == ""


def test_each_change_has_its_verb() -> None:
    assert (
        told(
            Change(Action.CREATED, ItemKind.TAG, "batch-3"),
            Change(Action.REPLACED, ItemKind.PREDICTIONS, "yolo-2"),
        )
        == "Since 12:02 others stored the tag “batch-3” and replaced the predictions “yolo-2”."
    )


def test_a_new_name_stands_beside_the_old_one() -> None:
    renamed = Change(Action.RENAMED, ItemKind.DATASET, "dogs", "cats")
    assert told(renamed) == "Since 12:02 others renamed the dataset “cats” to “dogs”."


def test_changes_of_one_kind_are_told_together() -> None:
    changes = [Change(Action.DELETED, ItemKind.TAG, name) for name in ("ape", "bat", "cow")]
    assert told(*changes) == "Since 12:02 others deleted the tags “ape”, “bat” and “cow”."
    assert told(*changes, Change(Action.DELETED, ItemKind.TAG, "dog")) == "Since 12:02 others deleted 4 tags."


def test_the_line_stays_a_line() -> None:
    changes = [Change(action, ItemKind.TAG, "ape") for action in list(Action)[:5]]
    assert told(*changes).endswith("and made 2 changes more.")


def test_a_name_can_neither_turn_the_line_around_nor_be_read_as_a_pattern() -> None:
    changes = [Change(Action.DELETED, ItemKind.LABELS, "{0}\u202egnp.\nexe")]
    assert told(*changes) == "Since 12:02 others deleted the labels “{0}[U+202E]gnp. exe”."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ItemKind.IMAGES, "added images"),
        (ItemKind.IMAGES_PLACE, "said anew where the images are"),
        (ItemKind.ROUND_PLAN, "changed the plan of the rounds"),
    ],
)
def test_what_there_is_once_has_no_name(kind: ItemKind, words: str) -> None:
    assert told(Change(Action.CHANGED, kind, "")) == f"Since 12:02 others {words}."


def test_of_a_deleted_dataset_is_said_what_to_do() -> None:
    sentence = in_words(Report(NOON, is_deleted=True, dataset_name="cats"))
    assert sentence == (
        "The dataset “cats” was deleted after 12:02, not by you. Reload to bring it back or to open another one."
    )


def test_an_earlier_day_is_named() -> None:
    then = datetime(2020, 3, 1, 9, 5)
    assert time_of_day(round(then.timestamp() * 1000)) == "Mar 1, 2020, 09:05"


def test_the_browser_is_told_what_others_have_changed(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("cats", ["a.png", "b.png"])
    watch = workspace.watched().watch
    watch.begin_page(dataset.id)
    watches = Watches()
    watches.add(watch)
    with served(changes_app(watches.find)) as address:
        answer = requests.get(f"{address}/{watch.id}", timeout=PATIENCE)
        assert answer.json() == {"text": "", "button": "OK"}
        assert answer.headers["cache-control"] == "no-store"
        dataset.create_tag("batch-3", np.array([0]))
        told_now = requests.get(f"{address}/{watch.id}", timeout=PATIENCE).json()
        assert told_now["text"].endswith("others stored the tag “batch-3”.")
        assert told_now["button"] == "Reload"
        watch.begin_page(dataset.id)
        assert requests.get(f"{address}/{watch.id}", timeout=PATIENCE).json() == {**told_now, "button": "OK"}


def test_a_session_that_is_over_has_nothing_to_tell() -> None:
    with served(changes_app(Watches().find)) as address:
        assert requests.get(f"{address}/0", timeout=PATIENCE).json() == {"text": "", "button": ""}
