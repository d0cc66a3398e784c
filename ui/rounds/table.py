"""The table of rounds, and what is done to the one that is selected."""

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.evaluation.statistic import Statistic
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import RoundResult
from al_core.steps.round_results import RoundsReport
from al_core.steps.rounds import Round, RoundState
from al_core.store import Dataset
from al_core.text import capitalized, counted, day, percent
from ui.clicks import clicked
from ui.images import image_grid
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.rounds.classes import show_classes
from ui.row_table import Choice, Column, Line, row_table
from ui.sample import show_sample
from ui.select.sent import release
from ui.tags.button import tag_button
from ui.visitor import obstacle

TABLE = "round-table"


def show_rounds(dataset: Dataset, report: RoundsReport, plan: RoundPlan) -> None:
    """Draw the table, newest first, and the details of the selected round."""
    st.subheader("Rounds")
    results = list(reversed(report.results))
    columns = _columns(report, has_costs=any(result.cost is not None for result in results))
    lines = [_line(result, plan, report.measure, columns) for result in results]
    ticked = row_table("Rounds", columns, lines, key=TABLE, choice=Choice.ONE)
    # The newest round, until somebody looks at another.
    chosen = results[ticked[0]] if ticked else results[0]
    _details(dataset, chosen.round)
    show_classes(report, chosen if chosen.judgment.classes else _newest_judged(results))


def _newest_judged(results: list[RoundResult]) -> RoundResult:
    return next((result for result in results if result.judgment.classes), results[0])


def _columns(report: RoundsReport, *, has_costs: bool) -> list[Column]:
    columns = [
        Column("Round"),
        Column("State"),
        Column("Labels back"),
        Column("Test", "Images of the round that test; they are never trained on", is_number=True),
        Column("Training labels", "After this round, without the test samples", is_number=True),
        Column("Model"),
        Column(capitalized(report.measure), "With its 95% interval"),
        Column("Cost"),
        Column("By"),
        Column("Selected"),
    ]
    return [column for column in columns if has_costs or column.title != "Cost"]


def _line(result: RoundResult, plan: RoundPlan, measure: str, columns: list[Column]) -> Line:
    shown = result.round
    config = shown.tag.provenance.config
    cells = {
        "Round": f"{shown.number} · {shown.name}",
        "State": str(shown.state),
        "Labels back": f"{len(shown.back_rows):,} of {len(shown.added_rows):,}",
        "Test": f"{len(shown.test_rows):,}",
        "Training labels": f"{shown.n_training:,}",
        "Model": shown.model.name if shown.model else "–",
        capitalized(measure): _with_interval(result.accuracy),
        "Cost": "–" if result.cost is None else plan.amount(result.cost),
        "By": str(config.method) if config else "a client",
        "Selected": day(shown.tag.created_at),
    }
    return Line(shown.tag.id, [cells[column.title] for column in columns])


def _with_interval(accuracy: Statistic) -> str:
    if not accuracy.speaks:
        return "–"
    return f"{percent(accuracy.value)} ({percent(accuracy.low)} to {percent(accuracy.high)})"


def _details(dataset: Dataset, shown: Round) -> None:
    missing = shown.missing_rows
    with st.container(border=True, key="round-details"):
        st.markdown(f"**{plain(shown.name)}**")
        st.download_button(
            "Download the report",
            lambda: workflow.report(dataset, shown.tag),
            file_name=f"{shown.name}.html",
            mime="text/html",
            icon=":material/summarize:",
            # No rerun: the page shows nothing of the download.
            on_click="ignore",
            key=f"report-{shown.tag.id}",
            help="The round as one file that opens anywhere: curve, forecast, signs, card, images, configuration",
        )
        if not len(missing):
            st.caption(f"All {counted(len(shown.added_rows), 'label')} are back.")
            return
        st.caption(
            f"{len(shown.back_rows):,} of {counted(len(shown.added_rows), 'label')} are back, "
            f"{len(missing):,} are missing."
        )
        with st.container(horizontal=True):
            tag_button(
                dataset,
                "Tag what is missing",
                lambda: workflow.tag_missing(dataset, shown),
                key=f"tag-missing-{shown.tag.id}",
                hint="As a tag of its own, to send it again or look at it on Explore",
            )
            _release_button(dataset, shown)
        if len(shown.back_rows):
            names = np.sort(missing)
            opened = image_grid(dataset, names, lambda position: "missing", key=f"missing-{shown.tag.id}")
            if opened is not None:
                show_sample(dataset, opened, among=names)


def _release_button(dataset: Dataset, shown: Round) -> None:
    if shown.state is not RoundState.SENT:
        return
    reason = obstacle()
    if clicked(
        "Release what is missing",
        key=f"release-round-{shown.tag.id}",
        icon=":material/undo:",
        reason=reason,
        hint="Take it back from the labelers: it may be selected again",
    ):
        with errors_explained():
            release(dataset, shown.tag)
            rerun()
