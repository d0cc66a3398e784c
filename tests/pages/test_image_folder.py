from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.jobs import Job
from al_core.store import Kind, Workspace
from tests.embedding.models import mean_color
from tests.pages.conftest import Open, unescaped
from tests.patience import PATIENCE
from ui import jobs
from ui.datasets.image_folder import JOB
from ui.session import Key

pytestmark = pytest.mark.usefixtures("home_without_demo")


@pytest.fixture
def images_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (32, 32), (200, 80 * number, 0)).save(folder / f"{number}.png")
    (folder / "broken.png").write_text("hello")
    return folder


def start(app: AppTest, folder: Path, name: str, model: str = "efficientnet-lite0") -> AppTest:
    app.text_input(key="folder-path").input(str(folder))
    app.text_input(key="folder-name").input(name)
    app.text_input(key="folder-model").input(model).run()
    return press(app, "Embed the images")


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def finished(app: AppTest) -> AppTest:
    # The page may have taken over a run that has ended already.
    assert app.session_state[Key.EMBEDDING].wait(PATIENCE)
    return app.run()


def said_ready(app: AppTest) -> bool:
    return any("“reds” is ready: 3 images." in text.value for text in app.markdown)


@pytest.mark.parametrize("n_looks", range(5))
def test_a_run_that_ends_while_it_is_drawn_leaves_its_progress_or_its_outcome(
    open_page: Open, images_dir: Path, monkeypatch: pytest.MonkeyPatch, n_looks: int
) -> None:
    app = finished(start(open_page("datasets"), images_dir, "reds"))
    looks = iter([True] * n_looks)
    monkeypatch.setattr(Job, "is_running", property(lambda _: next(looks, False)))
    app.run()
    assert said_ready(app) or any(button.label == "Cancel" for button in app.button)


def test_a_folder_of_images_becomes_the_open_dataset(home: Path, open_page: Open, images_dir: Path) -> None:
    app = finished(start(open_page("datasets"), images_dir, "reds"))
    assert said_ready(app)
    broken = images_dir / "broken.png"
    assert app.code[0].value == f"{broken} cannot be read: its content is not an image of a known format"
    press(app, "Look at them")
    assert app.title[0].value == "Explore"
    with Workspace(home) as workspace:
        dataset = workspace.dataset("reds")
    assert app.session_state["dataset"] == dataset.id
    assert dataset.arrays.get(Kind.EMBEDDING, "efficientnet-lite0").shape == (3, 1280)


def test_a_folder_without_images_is_explained(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    app = finished(start(open_page("datasets"), tmp_path / "empty", "none"))
    assert "contains no image" in app.error[0].value


def test_the_button_works_at_once_and_says_what_is_missing(open_page: Open) -> None:
    app = open_page("datasets")
    assert not next(button for button in app.button if button.label == "Embed the images").disabled
    assert "There is no folder yet" in press(app, "Embed the images").error[0].value
    app.text_input(key="folder-path").input("/data/images")
    assert "The dataset has no name yet" in press(app, "Embed the images").error[0].value
    assert "The dataset has no name yet" in press(app, "Create dataset").error[0].value
    assert jobs.latest(JOB) is None


def test_a_failure_is_shown_once_and_goes_with_the_next_attempt(open_page: Open, tmp_path: Path) -> None:
    app = finished(start(open_page("datasets"), tmp_path / "nowhere", "none"))
    assert len(app.error) == 1
    assert not open_page("datasets").error
    app.text_input(key="folder-name").input("")
    assert [unescaped(error.value) for error in press(app, "Embed the images").error] == [
        "The dataset has no name yet: enter one above"
    ]


def test_a_finished_run_is_told_to_who_watched_it_and_not_to_every_page(open_page: Open, images_dir: Path) -> None:
    app = start(open_page("datasets"), images_dir, "reds")
    assert said_ready(finished(app))
    assert not said_ready(open_page("datasets"))
    press(app, "Look at them")
    assert not said_ready(app.switch_page("../pages/datasets.py").run())


def test_a_name_that_is_taken_is_refused_before_any_work(home: Path, open_page: Open, images_dir: Path) -> None:
    with Workspace(home) as workspace:
        workspace.create_dataset("reds")
    app = start(open_page("datasets"), images_dir, "reds")
    assert "there is already a dataset named 'reds'" in app.error[0].value
    assert jobs.latest(JOB) is None


def test_a_page_never_runs_code_that_a_visitor_names(open_page: Open, images_dir: Path) -> None:
    app = start(open_page("datasets"), images_dir, "reds", "python:os:system")
    assert "not on this page" in app.error[0].value
    assert jobs.latest(JOB) is None


def test_duplicates_become_a_tag(home: Path, open_page: Open, images_dir: Path) -> None:
    (images_dir / "again.png").write_bytes((images_dir / "2.png").read_bytes())
    with Workspace(home) as workspace:
        dataset = workflow.dataset_from_images(workspace, images_dir, "reds", model=mean_color).dataset
        app = press(open_page("tags"), "Find duplicates")
        job = jobs.latest(f"duplicates:{dataset.id}")
        assert job is None or job.wait(PATIENCE)
        app.run()
        assert "2.png" in dataset.filenames(dataset.tag("duplicates").rows)


def test_new_files_of_the_folder_are_added_from_the_menu_and_compared(
    home: Path, open_page: Open, images_dir: Path
) -> None:
    with Workspace(home) as workspace:
        dataset = workflow.dataset_from_images(workspace, images_dir, "reds").dataset
        Image.new("RGB", (32, 32), (0, 0, 250)).save(images_dir / "blue.png")
        app = open_page("datasets")
        menu = next(menu for menu in app.menu_button if menu.key == f"menu-{dataset.id}")
        menu.click("Add images").run()
        job = jobs.latest(f"append:{dataset.id}")
        assert job is None or job.wait(PATIENCE)
        app.run()
        tag = workspace.dataset("reds").tags()[0]
        assert (tag.name.startswith("added "), tag.rows.tolist()) == (True, [3])
        assert any("Of 1 new image, " in text.value for text in app.markdown)
        press(app, "Select among these only")
        assert app.title[0].value == "Select"
        assert app.selectbox(key="query-tag").value == tag.name
