"""The loop above every page: which stages are done, and which one waits for somebody."""

import streamlit as st

from al_core.steps.loop import Loop, Progress, Stage, Step
from ui.messages import plain
from ui.pages import page_file

PAGES = {
    Stage.DATA: "datasets",
    Stage.PREDICTIONS: "predictions",
    Stage.SELECT: "select",
    Stage.LABEL: "rounds",
    Stage.LEARN: "rounds",
}
SIGNS = {
    Progress.DONE: ":green[:material/check_circle:]",
    Progress.CURRENT: ":blue[:material/arrow_circle_right:]",
    Progress.WAITING: ":gray[:material/radio_button_unchecked:]",
}


def show_stepper(loop: Loop) -> None:
    """Draw the stages in a row, each a link to the page where it is done."""
    with st.container(key="loop", horizontal=True, gap="small", vertical_alignment="center"):
        for step in loop.steps:
            _show_step(step)


def _show_step(step: Step) -> None:
    # The state is in the key, for the style, and in the sign, for those who see no color.
    with st.container(key=f"loop-{step.progress}-{step.stage.lower()}", width="content"):
        st.page_link(
            page_file(PAGES[step.stage]),
            label=f"{SIGNS[step.progress]} {step.stage}",
            help=f"{plain(step.note)} ({step.progress})",
            width="content",
        )
