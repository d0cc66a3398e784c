"""What a stranger sees first: the answer, the loop, and the way on."""

import json
import re
import threading
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import al_core
from al_core import workflow
from al_core.api.server.door.visitor import Visitor
from al_core.exceptions import InvalidInputError
from al_core.store import Dataset, TagRole, Workspace
from al_core.types import Progress
from tests.pages.conftest import ROOT, Open, unescaped
from tests.pages.test_pages import PAGES, button
from tests.patience import PATIENCE
from ui import jobs


def texts(app: AppTest) -> str:
    return unescaped(" ".join(element.value for element in app.markdown))


def test_the_dashboard_opens_on_explore(digits: Dataset) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE).run()
    assert app.title[0].value == "Explore"


def test_the_answer_is_shown_before_anything_is_stored_and_stored_on_one_click(
    digits: Dataset, open_page: Open
) -> None:
    app = open_page("explore")
    assert "Which of these 1,797 images should you label next?" in texts(app)
    assert "The 32 that glow on the map" in texts(app)
    before = [tag.name for tag in digits.tags()]
    button(app, "Pick these 32").click().run()
    assert [tag.name for tag in digits.tags()] == ["al-iteration-1", *before]
    assert "32 images picked as “al-iteration-1”" in texts(app)
    assert any(element.proto.label == "Download the list" for element in app.get("download_button"))


def test_a_hint_that_was_closed_stays_closed(digits: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    button(app, "Close").click().run()
    assert "should you label next" not in texts(app)
    app.switch_page("../pages/tags.py").run()
    app.switch_page("../pages/explore.py").run()
    assert "should you label next" not in texts(app)


def test_a_dataset_with_nothing_left_says_so(home: Path, open_page: Open) -> None:
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with Workspace(home) as workspace:
        dataset = workflow.create_dataset(workspace, "pair", ["a.png", "b.png"], np.eye(2))
        dataset.set_tag_role(dataset.create_tag("all of them", np.arange(2)), TagRole.LABELED)
        app = open_page("explore")
    assert "All 2 images are labeled or with labelers" in texts(app)
    assert not any(element.label.startswith("Pick") for element in app.button)


def test_a_dataset_of_the_name_of_the_demo_stays_alone(home: Path, open_page: Open) -> None:
    with Workspace(home) as workspace:
        workflow.create_dataset(workspace, "digits", ["a.png", "b.png"], np.eye(2))
        for _ in range(2):
            app = open_page("explore")
            assert not app.exception
            assert "2 images" in texts(app)
        assert [dataset.name for dataset in workspace.datasets()] == ["digits"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_loop_and_ends_with_the_next_step(digits: Dataset, open_page: Open, page: str) -> None:
    app = open_page(page)
    links = [link.proto.label for link in app.get("page_link")]
    assert [label.split("] ")[-1] for label in links[:5]] == ["Data", "Predictions", "Select", "Label", "Learn"]
    assert "arrow_circle_right" in links[2]
    assert "Choose the next images, or stop here" in texts(app)


def test_who_only_looks_cannot_pick(digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(is_here=False, may_write=False, token_name="guest")
    monkeypatch.setattr("ui.visitor.door_header", lambda: json.dumps(asdict(visitor)))
    pick = button(open_page("explore"), "Pick these 32")
    assert (pick.disabled, pick.help) == (True, "You are signed in read-only")


def test_a_large_dataset_is_worked_out_when_somebody_asks(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.explore.next_batch.MOST_PREVIEWED", 100)
    app = open_page("explore")
    assert "glow" not in texts(app)
    button(app, "Pick the next 32").click().run()
    job = jobs.latest(f"selection:{digits.id}")
    assert job is None or job.wait(PATIENCE)
    assert "32 images picked as “al-iteration-1”" in texts(app.run())


def test_a_pick_that_failed_says_why(digits: Dataset, open_page: Open) -> None:
    def fail(_: Progress) -> None:
        raise InvalidInputError("the workers are gone")

    assert jobs.start(f"selection:{digits.id}", "Picking the next images", fail).wait(PATIENCE)
    app = open_page("explore")
    assert any("the workers are gone" in unescaped(error.value) for error in app.error)
    assert not button(app, "Pick these 32").disabled


def test_every_page_says_which_jobs_are_under_way_and_how_long_they_take(digits: Dataset, open_page: Open) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        progress(1, 2)
        reached.set()
        go_on.wait(PATIENCE)

    job = jobs.start("any", "Embedding “photos”", work)
    assert reached.wait(PATIENCE)
    captions = " ".join(caption.value for caption in open_page("tags").sidebar.caption)
    assert re.search(r"\d jobs? under way", captions)
    assert "Embedding “photos” · about" in captions
    go_on.set()
    assert job.wait(PATIENCE)
    assert not any("photos" in caption.value for caption in open_page("tags").sidebar.caption)


def test_help_explains_the_words_and_names_the_version(digits: Dataset, open_page: Open) -> None:
    sidebar = open_page("tags").sidebar
    shown = " ".join(element.value for element in [*sidebar.markdown, *sidebar.caption])
    for text in ("**CORAL**", "**Embedding**", "`S` draw around images", f"al_core {al_core.__version__}"):
        assert text in shown
