from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def page() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from ui.reruns import rerun

    st.session_state.setdefault("runs", []).append(st.query_params.get("place"))
    if len(st.session_state["runs"]) == 1:
        context = get_script_run_ctx()
        assert context
        assert context.script_requests
        if st.session_state.get("somebody leaves"):
            context.script_requests.request_rerun(RerunData(query_string="place=elsewhere"))
        rerun()


def test_who_has_left_while_a_page_was_at_work_is_not_taken_back() -> None:
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["somebody leaves"] = True
    assert app.run().session_state["runs"] == [None, "elsewhere"]


def test_a_page_that_nobody_has_left_runs_again() -> None:
    assert AppTest.from_function(page, default_timeout=PATIENCE).run().session_state["runs"] == [None, None]
