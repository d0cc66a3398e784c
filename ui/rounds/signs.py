"""Three signs that it is time to stop, each with its figure, and what they add up to."""

import streamlit as st

from al_core.evaluation import Sign
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_results import RoundsReport
from al_core.text import capitalized
from ui.messages import plain


def show_signs(report: RoundsReport, plan: RoundPlan) -> None:
    """Draw the verdict and the signs below it."""
    st.subheader("Time to stop?")
    advice = report.advice
    is_over = advice.is_target_reached or advice.is_more_no_help
    show = st.success if is_over else st.info
    show(plain(advice.text()), icon=":material/flag:" if is_over else ":material/directions_run:")
    _show("The target is reached", advice.target)
    _show("The next batch costs more than it is worth", advice.value)
    _show("Predictions hardly change any more", advice.stability)
    if plan.has_prices:
        spent = sum(result.cost or 0 for result in report.results)
        st.caption(f"Spent on labels so far: {plain(plan.amount(spent))}.")


def _show(title: str, sign: Sign) -> None:
    icon = "question_mark" if sign.is_refused else "check_circle" if sign.holds else "radio_button_unchecked"
    state = "cannot tell" if sign.is_refused else "yes" if sign.holds else "no"
    with st.container(border=True, gap=None):
        st.markdown(f":material/{icon}: **{title}:** {state}")
        st.caption(plain(capitalized(sign.figure)) + ".")
