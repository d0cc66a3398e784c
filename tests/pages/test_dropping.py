"""The Datasets page when images are dropped; tests/e2e/test_image_drop.py drops them in a browser."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from al_core.api.server.door.visitor import Visitor
from al_core.steps.dropped_images import create_for_drop
from al_core.store import LocalDataset, Workspace
from tests.pages.conftest import Open, unescaped
from tests.patience import PATIENCE
from ui.datasets.dropping import NEW
from ui.session import Key

pytestmark = pytest.mark.usefixtures("home_without_demo")


def say(app: AppTest, **event: object) -> AppTest:
    """Have the browser say something; it says it once."""
    app.session_state[NEW] = event
    return app.run()


def dropped(drop_id: str = "1", label: str = "reds", dataset: str = "") -> Mapping[str, object]:
    return {"id": drop_id, "dataset": dataset, "label": label, "count": 3, "bytes": 300}


def ended(dataset: LocalDataset, state: str = "done") -> Mapping[str, object]:
    return {"id": "1", "dataset": dataset.id, "state": state, "sent": 3, "there": 0}


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def datasets(home: Path) -> list[LocalDataset]:
    with Workspace(home) as workspace:
        return workspace.datasets()


def send(dataset: LocalDataset, n_images: int = 3) -> None:
    for number in range(n_images):
        Image.new("RGB", (32, 32), (200, 80 * number, 0)).save(dataset.uploads_dir / f"{number}.png")


def test_what_is_dropped_gets_a_dataset_named_after_its_folder_once(home: Path, open_page: Open) -> None:
    app = say(open_page("datasets"), dropped=dropped(label="Röte"))
    (dataset,) = datasets(home)
    assert (dataset.name, dataset.n_samples, dataset.has_own_images) == ("Rote", 0, True)
    # The browser repeats itself until it is answered.
    say(app, dropped=dropped(label="Röte"))
    assert len(datasets(home)) == 1
    say(app, dropped=dropped("2", label="Röte?"))
    assert {dataset.name for dataset in datasets(home)} == {"Rote", "Rote-"}


def test_a_name_that_is_in_use_is_mended_while_the_drop_waits(home: Path, open_page: Open) -> None:
    with Workspace(home) as workspace:
        workspace.create_dataset("mine")
    app = open_page("datasets")
    app.text_input(key="drop-name").input("mine")
    app = say(app, dropped=dropped())
    assert unescaped(app.error[0].value) == "there is already a dataset named 'mine'; choose another name"
    app.text_input(key="drop-name").input("yours").run()
    assert [dataset.name for dataset in datasets(home)] == ["yours", "mine"]


def test_a_complete_upload_is_embedded_and_one_that_brought_nothing_leaves_nothing(home: Path, open_page: Open) -> None:
    app = say(open_page("datasets"), dropped=dropped())
    (dataset,) = datasets(home)
    send(dataset)
    app = say(app, ended=ended(dataset))
    assert app.session_state[Key.EMBEDDED][dataset.id].wait(PATIENCE)
    app.run()
    assert any("“reds” is ready: 3 images." in text.value for text in app.markdown)
    assert datasets(home)[0].n_samples == 3

    app = say(app, dropped=dropped("2", label="nothing"))
    (empty, _) = datasets(home)
    say(app, ended={**ended(empty), "id": "2"})
    assert [dataset.name for dataset in datasets(home)] == ["reds"]


def test_an_upload_that_was_stopped_can_be_embedded_as_it_is(home: Path, open_page: Open) -> None:
    app = say(open_page("datasets"), dropped=dropped())
    (dataset,) = datasets(home)
    send(dataset, 2)
    app = say(app, ended=ended(dataset, "canceled"))
    assert any("“reds”** has 2 images" in text.value for text in app.markdown)
    app = press(app, "Embed these")
    assert app.session_state[Key.EMBEDDED][dataset.id].wait(PATIENCE)
    assert datasets(home)[0].n_samples == 2


def test_an_upload_that_was_cut_off_goes_on_or_another_begins(home: Path, open_page: Open) -> None:
    with Workspace(home) as workspace:
        cut_off = create_for_drop(workspace, "reds", "reds")
        send(cut_off, 2)
    app = say(open_page("datasets"), dropped=dropped())
    assert len(datasets(home)) == 1
    app = press(app, "Go on with “reds” (2 images)")
    assert app.session_state[Key.DROP].dataset_id == cut_off.id

    app = say(open_page("datasets"), dropped=dropped())
    press(app, "Start a new dataset")
    assert [dataset.name for dataset in datasets(home)] == ["reds 2", "reds"]


def test_a_restarted_server_takes_over_the_upload_that_the_browser_goes_on_with(home: Path, open_page: Open) -> None:
    with Workspace(home) as workspace:
        under_way = create_for_drop(workspace, "reds", "reds")
    app = say(open_page("datasets"), dropped=dropped(dataset=under_way.id))
    assert app.session_state[Key.DROP].dataset_id == under_way.id
    assert len(datasets(home)) == 1


def test_an_upload_whose_dataset_was_deleted_ends_without_a_word_of_it(home: Path, open_page: Open) -> None:
    app = say(open_page("datasets"), dropped=dropped())
    (dataset,) = datasets(home)
    with Workspace(home) as workspace:
        workspace.delete_dataset(dataset.id)
    shutil.rmtree(dataset.uploads_dir)
    say(app, ended=ended(dataset, "failed"))
    assert datasets(home) == []


class TestReadOnly:
    @pytest.fixture
    def visitor(self) -> Visitor:
        return Visitor(is_here=False, may_write=False, token_name="guest")

    def test_somebody_who_only_looks_makes_nothing(self, home: Path, open_page: Open) -> None:
        say(open_page("datasets"), dropped=dropped())
        assert datasets(home) == []
