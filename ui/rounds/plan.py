"""What a person wants of the rounds: a target, what labels cost, and what a point of accuracy is worth."""

import streamlit as st

from al_core import workflow
from al_core.steps.round_plan import RoundPlan
from al_core.store import Dataset
from ui.messages import errors_explained
from ui.reruns import rerun
from ui.undo import say_changed
from ui.visitor import obstacle


def plan_form(dataset: Dataset, plan: RoundPlan) -> None:
    """Draw the form."""
    reason = obstacle()
    with st.expander("Target and prices", icon=":material/savings:"), st.form("round-plan", border=False):
        columns = st.columns(5)
        target = columns[0].number_input(
            "Target accuracy, %", 1.0, 100.0, 100 * plan.target, 0.5, help="What the model should reach"
        )
        per_image = columns[1].number_input(
            "Price per image", 0.0, None, plan.price_per_image, 0.05, help="What labeling one image costs"
        )
        per_object = columns[2].number_input(
            "Price per object", 0.0, None, plan.price_per_object, 0.01, help="For each box, mask or set of keypoints"
        )
        value = columns[3].number_input(
            "Value of one point", 0.0, None, plan.value_per_point, 1.0, help="What 1% more accuracy is worth to you"
        )
        currency = columns[4].text_input("Currency", plan.currency, max_chars=8)
        if st.form_submit_button(
            "Save", disabled=bool(reason), help=reason or "For everybody who works on this dataset"
        ):
            with errors_explained():
                # In percent on the page, from 0 to 1 in the plan.
                changed = RoundPlan(target / 100, per_image, per_object, value, currency.strip() or plan.currency)
                workflow.save_round_plan(dataset, changed)
                say_changed(
                    dataset,
                    "Saved target and prices",
                    lambda: workflow.save_round_plan(dataset, plan),
                    workflow.round_plan,
                )
                rerun()
