"""Find similar on the pages."""

import numpy as np
from streamlit.testing.v1 import AppTest

from al_core.config import Similar
from al_core.store import Dataset
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
