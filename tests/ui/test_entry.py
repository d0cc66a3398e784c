from streamlit.testing.v1 import AppTest


def app() -> None:
    import streamlit as st

    from ui.entry import draw_entry

    with draw_entry("**round 1**", "50 images"):
        if st.button("Delete"):
            st.text("deleted")


def test_a_thing_in_a_list_has_its_name_above_its_description_and_its_buttons() -> None:
    page = AppTest.from_function(app).run()
    assert [text.value for text in (*page.markdown, *page.caption)] == ["**round 1**", "50 images"]
    page.button[0].click().run()
    assert page.text[0].value == "deleted"
