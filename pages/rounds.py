import streamlit as st

from al_core import workflow
from al_core.text import counted
from ui import state
from ui.glossary import show_words
from ui.messages import errors_explained, plain
from ui.predictions.changes import show_latest_changes
from ui.rounds.curve import show_curve
from ui.rounds.flow import show_flow
from ui.rounds.label_errors import show_label_errors
from ui.rounds.plan import plan_form
from ui.rounds.report import cached_report
from ui.rounds.signs import show_signs
from ui.rounds.table import show_rounds
from ui.rounds.training import batch_button

st.title("Rounds")
dataset = state.require_dataset()
rounds = workflow.rounds(dataset)
st.caption(
    f"{plain(dataset.name)} · {counted(len(rounds), 'round')}. A round is a selection, the labels that came back, and "
    "the model trained after it. What did the labels buy, and is it time to stop?"
)
show_words("rounds")
show_flow(dataset, rounds)
if rounds:
    plan = workflow.round_plan(dataset)
    with errors_explained():
        report = cached_report(dataset, plan)
        curve, signs = st.columns([3, 2], gap="large")
        with curve:
            show_curve(report, plan)
            batch_button(dataset, report)
        with signs:
            show_signs(report, plan)
        show_rounds(dataset, report, plan)
        show_latest_changes(dataset, rounds)
    show_label_errors(dataset)
    plan_form(dataset, plan)
