"""Find similar on the pages."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.config import Similar
from al_core.store import Dataset, Workspace
from tests.pages.conftest import Open
from tests.pages.test_pages import button
from tests.patience import PATIENCE


def chips(app: AppTest) -> list[str]:
    return [found.label for found in app.button if "most like" in found.label]


def test_images_like_the_mean_of_those_shown_become_a_filter_and_a_tag(digits: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    assert button(app, "Find similar").disabled
    next(field for field in app.text_input if "ilename" in (field.label + str(field.placeholder))).input("_000").run()
    button(app, "Find similar").click().run()
    assert chips(app) == ["100 images most like the mean of 10 images"]
    button(app, "New tag").click().run()
    tag = digits.tag("explored-1")
    assert tag.size == 100
    assert tag.provenance.filters == ("like the mean of 10 images",)
    next(found for found in app.button if "most like" in found.label).click().run()
    assert not chips(app)


def test_clear_all_removes_what_images_have_to_look_like(digits: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    next(field for field in app.text_input if "ilename" in (field.label + str(field.placeholder))).input("_000").run()
    button(app, "Find similar").click().run()
    assert chips(app)
    button(app, "Clear all").click().run()
    assert not chips(app)


def dialog() -> None:
    from ui import state
    from ui.explore.similar import find_similar_buttons, similar_to
    from ui.select.wishes import wishes_of

    dataset = state.require_dataset()
    find_similar_buttons(dataset, 7, is_on_explore=True)
    import streamlit as st

    st.session_state["goals"] = wishes_of(dataset).records[0]
    similar = similar_to(dataset)
    st.session_state["similar"] = similar and (similar.title, len(similar.rows))


def test_an_image_leads_to_those_like_it_and_to_a_selection_of_them(digits: Dataset) -> None:
    app = AppTest.from_function(dialog, default_timeout=PATIENCE).run()
    [name] = digits.filenames(np.array([7]))
    button(app, "Find similar").click().run()
    assert app.session_state["similar"] == (name, 100)
    button(app, "Select more like this").click().run()
    assert app.session_state["goals"] == (Similar((name,), 2),)


def chip_line() -> None:
    import streamlit as st

    from ui import state
    from ui.explore.similar import similar_actions, similar_chip, similar_to
    from ui.select.wishes import wishes_of

    dataset = state.require_dataset()
    similar_chip(dataset)
    similar_actions(dataset)
    similar = similar_to(dataset)
    st.session_state["similar"] = similar and (similar.title, dataset.filenames(similar.rows[:1]))
    st.session_state["goals"] = wishes_of(dataset).records[0]


def test_an_image_that_is_dropped_leads_to_those_like_it_and_to_a_selection_of_them(home: Path, tmp_path: Path) -> None:
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, color in (("navy.png", "navy"), ("red.png", "red")):
        Image.new("RGB", (64, 64), color).save(folder / name)
    with Workspace(home) as workspace:
        photos = workflow.dataset_from_images(workspace, folder, "photos").dataset
        dropped = io.BytesIO()
        Image.new("RGB", (64, 64), "red").save(dropped, "PNG")
        app = AppTest.from_function(chip_line, default_timeout=PATIENCE).run()
        app.file_uploader[0].upload("mine.png", dropped.getvalue(), "image/png").run()
        assert app.session_state["similar"] == ("mine.png", ["red.png"])
        # The field is empty again, so the image is looked for once.
        assert not app.file_uploader[0].value
        button(app, "Select more like these").click().run()
        assert photos.tag("like-1").provenance.filters == ("like mine.png",)
        assert app.session_state["goals"] == (Similar("like-1", 2),)
        app.file_uploader[0].upload("no.png", b"not an image", "image/png").run()
        assert any("no.png" in error.value for error in app.error)
        assert not list(workspace.uploads_folder.rglob("*.png"))
