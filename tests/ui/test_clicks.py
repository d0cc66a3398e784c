"""A click does what it is meant to do once, whatever cuts the run of the page short."""

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def app() -> None:
    import streamlit as st

    from ui.clicks import clicked, clicks_of_a_page, end_page

    with clicks_of_a_page():
        if st.session_state.pop("a job has ended", False):
            st.rerun()
        if st.session_state.get("is gone"):
            end_page()
        if clicked("Pick", key="pick", reason=st.session_state.get("a reason against it")):
            st.session_state.setdefault("picks", []).append("picked")
            st.rerun()
        for pick in st.session_state.get("picks", []):
            st.text(pick)


def picked(page: AppTest) -> int:
    return len(page.text)


def test_a_click_counts_once() -> None:
    page = AppTest.from_function(app).run()
    assert picked(page) == 0
    page.button[0].click().run()
    page.run()
    assert picked(page) == 1


def test_a_run_that_is_cut_short_before_the_button_does_not_lose_the_click() -> None:
    page = AppTest.from_function(app).run()
    page.session_state["a job has ended"] = True
    page.button[0].click().run()
    assert picked(page) == 1


def test_a_click_on_what_is_gone_meanwhile_is_forgotten() -> None:
    page = AppTest.from_function(app).run()
    page.session_state["is gone"] = True
    page.button[0].click().run()
    page.session_state["is gone"] = False
    page.run()
    assert picked(page) == 0


def test_a_click_on_what_cannot_be_done_any_more_does_nothing() -> None:
    page = AppTest.from_function(app).run()
    page.session_state["a reason against it"] = "Somebody has done it meanwhile"
    page.button[0].click().run()
    assert page.button[0].disabled
    page.session_state["a reason against it"] = None
    page.run()
    assert picked(page) == 0


def app_with_images() -> None:
    import streamlit as st

    from ui.clicks import clicks_of_a_page
    from ui.explore.similar import note_wanted, wanted_row

    if st.session_state.pop("a click comes", False):
        note_wanted("grid", 7)
    with clicks_of_a_page():
        if not st.session_state.pop("is elsewhere", False):
            st.text(str(wanted_row("grid")))


def test_a_click_on_the_button_of_an_image_is_forgotten_with_its_page() -> None:
    page = AppTest.from_function(app_with_images, default_timeout=PATIENCE).run()
    page.session_state["a click comes"] = True
    assert page.run().text[0].value == "7"
    page.session_state["a click comes"] = True
    page.session_state["is elsewhere"] = True
    page.run()
    assert page.run().text[0].value == "None"
