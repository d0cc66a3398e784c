"""A dialog stays through runs that nobody asked for, and goes with what it is about."""

import pytest
from streamlit.testing.v1 import AppTest


def app() -> None:
    import streamlit as st

    from ui.dialogs import close_dialog, current_row, go_to, is_open, open_dialog, run_page

    def page() -> None:
        st.button("Open", on_click=open_dialog, args=("images", 7))
        st.button("Open the other", on_click=open_dialog, args=("others",))
        st.button("Next", on_click=go_to, args=(8,))
        st.button("Close", on_click=close_dialog)
        if st.checkbox("Has images", value=True) and is_open("images"):
            st.text(f"image {current_row()}")
        if is_open("others"):
            st.text("the other")
        if st.button("Cut short"):
            st.rerun()

    run_page(page)


@pytest.fixture
def opened() -> AppTest:
    return press(AppTest.from_function(app).run(), "Open")


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def shown(page: AppTest) -> list[str]:
    return [text.value for text in page.text]


def test_it_is_drawn_in_every_run_until_somebody_closes_it(opened: AppTest) -> None:
    assert shown(opened) == ["image 7"]
    assert shown(opened.run()) == ["image 7"]
    assert shown(press(opened, "Cut short")) == ["image 7"]
    assert shown(press(opened, "Close")) == []
    assert shown(opened.run()) == []


def test_it_goes_on_to_another_sample(opened: AppTest) -> None:
    assert shown(press(opened, "Next")) == ["image 8"]


def test_one_takes_the_place_of_another(opened: AppTest) -> None:
    assert shown(press(opened, "Open the other")) == ["the other"]


def test_it_does_not_come_back_once_what_it_is_about_was_gone(opened: AppTest) -> None:
    assert shown(opened.checkbox[0].uncheck().run()) == []
    assert shown(opened.checkbox[0].check().run()) == []


def test_going_on_in_one_that_was_closed_meanwhile_opens_none(opened: AppTest) -> None:
    press(opened, "Close")
    assert shown(press(opened, "Next")) == []
