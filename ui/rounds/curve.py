"""The learning curve: accuracy on the test labels over training labels, each with its interval."""

import plotly.graph_objects as go
import streamlit as st

from al_core.evaluation import Interval
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import RoundResult
from al_core.steps.round_results import RoundsReport
from al_core.text import capitalized, counted, percent
from ui.charts import BLUE
from ui.messages import plain

HEIGHT = 340
TARGET_COLOR = "#c2410c"


def show_curve(report: RoundsReport, plan: RoundPlan) -> None:
    """Draw the curve, the forecast or why there is none, and how far the test labels reach."""
    st.subheader("Learning curve")
    points = [(result, result.accuracy) for result in report.results if result.accuracy.speaks]
    judged = [(result, interval) for result, interval in points if isinstance(interval, Interval)]
    if judged:
        st.plotly_chart(
            learning_figure(judged, plan.target, report.measure), key="learning-curve", config={"displayModeBar": False}
        )
        tests = counted(report.n_tests, "test label")
        st.caption(f"Every model is judged on all {tests} there are, drawn at random; bars are 95% intervals.")
    else:
        reason = report.newest_accuracy.text()
        st.info(f"No {report.measure} yet: {plain(reason)}.", icon=":material/show_chart:")
    forecast = capitalized(report.forecast.text(plan.target, report.n_next))
    st.markdown(f":material/trending_up: {plain(forecast)}.")
    st.caption(_more(report))


def learning_figure(judged: list[tuple[RoundResult, Interval]], target: float, measure: str) -> go.Figure:
    """Return what models are measured by over training labels, with intervals, and the target as a line."""
    labels = [result.round.n_training for result, _ in judged]
    values = [100 * interval.value for _, interval in judged]
    points = go.Scatter(
        x=labels,
        y=values,
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [100 * (interval.high - interval.value) for _, interval in judged],
            "arrayminus": [100 * (interval.value - interval.low) for _, interval in judged],
            "color": BLUE,
            "thickness": 1.5,
            "width": 5,
        },
        # Not the names of models, which strangers chose: Plotly would read them as HTML.
        customdata=[[result.round.number, interval.text()] for result, interval in judged],
        hovertemplate="round %{customdata[0]}, %{x:,} training labels<br>%{customdata[1]}<extra></extra>",
    )
    figure = go.Figure(points)
    figure.add_hline(
        y=100 * target,
        line={"color": TARGET_COLOR, "width": 1.5, "dash": "dash"},
        annotation_text=f"target {percent(target)}",
        annotation_position="bottom left",
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        xaxis={"title": "Training labels", "fixedrange": True, "rangemode": "tozero"},
        yaxis={"title": f"{capitalized(measure)}, %", "fixedrange": True, "range": [_lowest(judged), 101]},
        showlegend=False,
    )
    return figure


def _lowest(judged: list[tuple[RoundResult, Interval]]) -> float:
    """Return where the axis begins: below the lowest interval, on a multiple of 10."""
    lowest = min(100 * interval.low for _, interval in judged)
    return max(0, lowest // 10 * 10)


def _more(report: RoundsReport) -> str:
    texts = [plain(report.gains_text())]
    if report.forecast.n_tests_to_speak:
        texts.append(f"About {report.forecast.n_tests_to_speak:,} test labels would narrow the forecast enough.")
    texts.append(report.reach_text())
    return " ".join(filter(None, texts))
