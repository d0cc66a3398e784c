"""How a round's model does on each class, and which classes it takes for each other."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from al_core.evaluation import Statistic
from al_core.steps.judges import Judgment
from al_core.steps.round_result import RoundResult
from al_core.steps.round_results import RoundsReport
from al_core.text import capitalized, counted, percent
from ui.charts import BLUE
from ui.messages import plain, plain_html
from ui.row_table import Column, Line, row_table

MOST_MISTAKES = 12
MISTAKES = (Column("Labeled"), Column("Predicted"), Column("Images", is_number=True))
MOST_TICKS = 30
MOST_LETTERS = 18
"""Of a class name beside the matrix; the whole name is in the table."""


def show_classes(report: RoundsReport, result: RoundResult) -> None:
    """Draw the table of classes and the confusion matrix of a round's model, if it was judged."""
    judgment = result.judgment
    model = result.round.model
    if not judgment.classes or model is None:
        return
    title = f"Classes of “{plain(model.name)}”, from {counted(report.n_tests, 'test label')}"
    # Plotly, which draws the matrix, is 1.2 MB for the browser: only for somebody who looks.
    expander = st.expander(title, icon=":material/category:", key=f"classes-{result.round.tag.id}", on_change="rerun")
    if not expander.open:
        return
    with expander:
        if judgment.confusion is None:
            _show_table(report, judgment)
            return
        table, matrix = st.columns([3, 2], gap="large")
        with table:
            _show_table(report, judgment)
        with matrix:
            names = [judged.name for judged in judgment.classes]
            st.plotly_chart(
                confusion_figure(judgment.confusion, names),
                key=f"confusion-{result.round.tag.id}",
                config={"displayModeBar": False},
            )
            _show_mistakes(judgment.confusion, names)


def _show_table(report: RoundsReport, judgment: Judgment) -> None:
    columns = [Column("Class"), Column("Test labels", is_number=True)]
    columns += [Column(capitalized(measure)) for measure in report.class_measures]
    lines = [
        Line(judged.name, [judged.name, f"{judged.n_labels:,}", *map(figure_text, judged.figures)])
        for judged in sorted(judgment.classes, key=lambda judged: -judged.n_labels)
    ]
    row_table("Classes", columns, lines, key="classes-table")
    st.caption("In parentheses the 95% interval; a class with too few test labels has none.")


def figure_text(figure: Statistic) -> str:
    """Return a figure of a class with its interval, or why there is none."""
    if not figure.speaks:
        return figure.text()
    return f"{percent(figure.value)} ({percent(figure.low)} to {percent(figure.high)})"


def confusion_figure(confusion: NDArray[np.int64], names: list[str]) -> go.Figure:
    """Return how many test images of each class (from top to bottom) are taken for each class, shaded by row."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    # Plotly reads names as HTML.
    shown = [plain_html(name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…") for name in names]
    places = list(range(len(names)))
    heatmap = go.Heatmap(
        z=shares,
        customdata=confusion,
        colorscale=[[0, "rgba(43, 123, 189, 0.04)"], [1, BLUE]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="%{customdata} labeled %{y}, predicted %{x}<extra></extra>",
    )
    figure = go.Figure(heatmap)
    axis = {"tickmode": "array", "tickvals": places, "ticktext": shown, "fixedrange": True, "showgrid": False}
    # With more classes the names would cover each other; they are under the pointer.
    axis |= {"showticklabels": len(names) <= MOST_TICKS, "zeroline": False}
    figure.update_layout(
        height=300,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        xaxis={**axis, "title": "Predicted"},
        yaxis={**axis, "title": "Labeled", "autorange": "reversed"},
    )
    return figure


def _show_mistakes(confusion: NDArray[np.int64], names: list[str]) -> None:
    mistakes = confusion.copy()
    np.fill_diagonal(mistakes, 0)
    largest = np.argsort(-mistakes, axis=None, kind="stable")[:MOST_MISTAKES]
    lines = [
        Line(f"{labeled}-{predicted}", [names[labeled], names[predicted], f"{mistakes[labeled, predicted]:,}"])
        for labeled, predicted in zip(*np.unravel_index(largest, mistakes.shape), strict=True)
        if mistakes[labeled, predicted]
    ]
    if lines:
        st.caption("Most frequent mistakes")
        row_table("Most frequent mistakes", MISTAKES, lines, key="mistakes-table")
