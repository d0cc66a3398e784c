"""The learning curve: accuracy on the test labels over training labels, each with its interval."""

import streamlit as st

from al_core.evaluation import Interval
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import RoundResult
from al_core.steps.round_results import RoundsReport
from al_core.text import capitalized, counted, percent
from ui.bars import round_steps
from ui.charts import BLUE
from ui.curve import Axes, CurvePoint, Level, curve_chart
from ui.messages import plain

HEIGHT = 290
TOP = 101
"""Of the vertical axis, in percent: above an interval that ends at 100."""
RIGHT_OF_LAST = 1.06
"""Where the horizontal axis ends, in training labels of the last point: room for half a point."""
TARGET_COLOR = "#c2410c"


def show_curve(report: RoundsReport, plan: RoundPlan) -> None:
    """Draw the curve, the forecast or why there is none, and how far the test labels reach."""
    st.subheader("Learning curve")
    points = [(result, result.accuracy) for result in report.results if result.accuracy.speaks]
    judged = [(result, interval) for result, interval in points if isinstance(interval, Interval)]
    if judged:
        st.html(learning_curve(judged, plan.target, report.measure))
        tests = counted(report.n_tests, "test label")
        st.caption(f"Every model is judged on all {tests} there are, drawn at random; bars are 95% intervals.")
    else:
        reason = report.newest_accuracy.text()
        st.info(f"No {report.measure} yet: {plain(reason)}.", icon=":material/show_chart:")
    forecast = capitalized(report.forecast.text(plan.target, report.n_next))
    st.markdown(f":material/trending_up: {plain(forecast)}.")
    st.caption(_more(report))


def learning_curve(judged: list[tuple[RoundResult, Interval]], target: float, measure: str) -> str:
    """Return, as HTML, what models are measured by over training labels, with intervals, and the target as a line."""
    bottom = _lowest(judged)
    most_labels = max(result.round.n_training for result, _ in judged)
    right = RIGHT_OF_LAST * max(most_labels, 1)

    def height(share: float) -> float:
        return (100 * share - bottom) / (TOP - bottom)

    points = [
        CurvePoint(
            result.round.n_training / right,
            height(interval.value),
            height(interval.low),
            height(interval.high),
            f"round {result.round.number}, {counted(result.round.n_training, 'training label')}\n{interval.text()}",
        )
        for result, interval in judged
    ]
    spoken = "; ".join(point.text.replace("\n", ": ") for point in points)
    return curve_chart(
        f"Learning curve, {measure}: {spoken}. The target is {percent(target)}.",
        points,
        Axes("Training labels", f"{capitalized(measure)}, %", round_steps(right), round_steps(TOP, bottom=bottom)),
        level=Level(max(height(target), 0.0), f"target {percent(target)}", TARGET_COLOR),
        color=BLUE,
        height=HEIGHT,
    )


def _lowest(judged: list[tuple[RoundResult, Interval]]) -> int:
    """Return where the axis begins: below the lowest interval, on a multiple of 10."""
    lowest = min(100 * interval.low for _, interval in judged)
    return max(0, int(lowest // 10 * 10))


def _more(report: RoundsReport) -> str:
    texts = [plain(report.gains_text())]
    if report.forecast.n_tests_to_speak:
        texts.append(f"About {report.forecast.n_tests_to_speak:,} test labels would narrow the forecast enough.")
    texts.append(report.reach_text())
    return " ".join(filter(None, texts))
