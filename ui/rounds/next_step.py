"""What to do next: a round goes from a selection over labels to a model, and then the next one begins."""

from dataclasses import dataclass

import streamlit as st

from al_core.steps.rounds import Round, RoundState
from al_core.text import counted
from ui.messages import plain


@dataclass(frozen=True)
class NextStep:
    """What is to be done, and the page where it is done.

    Attributes:
        sentence: What and why, as Markdown.
        page: The name of the page.
        label: What its link says.
        icon: In front of the sentence.
    """

    sentence: str
    page: str
    label: str
    icon: str


def next_step(last: Round | None) -> NextStep:
    """Return what the newest round waits for."""
    if last is None:
        return NextStep("There is no round yet: choose the first images to label.", "select", "Choose images", "rule")
    name = plain(last.name)
    n_out = len(last.missing_rows)
    if last.state is RoundState.DRAFT:
        sentence = f"“{name}” is a draft: download its {counted(n_out, 'image')} and hand them to labelers."
        return NextStep(sentence, "select", "Download the list", "download")
    if last.state is RoundState.SENT and not len(last.back_rows):
        sentence = (
            f"{counted(n_out, 'image')} of “{name}” are with labelers. Bring their labels back, or mark the "
            "selection as labeled on Tags if they are kept elsewhere."
        )
        return NextStep(sentence, "rounds", "Bring labels back", "outbox")
    if last.model is None:
        sentence = (
            f"{len(last.back_rows):,} of {len(last.added_rows):,} labels of “{name}” are back. Train on the "
            f"{counted(last.n_training, 'training label')}, without the test samples, and drop the new model's "
            "predictions."
        )
        return NextStep(sentence, "predictions", "Drop predictions", "model_training")
    sentence = f"“{plain(last.model.name)}” has been trained after “{name}”. Choose the next images, or stop here."
    return NextStep(sentence, "select", "Choose the next images", "rule")


def show_next_step(last: Round | None) -> None:
    """Draw the step; with a link to its page, or to the other way where it is done here."""
    step = next_step(last)
    page, label = ("tags", "Mark as labeled") if step.page == "rounds" else (step.page, step.label)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="next-step"):
        st.markdown(f":material/{step.icon}: **Continue:** {step.sentence}", width="stretch")
        st.page_link(f"../pages/{page}.py", label=label, icon=":material/arrow_forward:", width="content")
