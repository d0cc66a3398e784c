"""The table of rounds, and what is done to the one that is selected."""

from typing import Any

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.evaluation.statistic import Statistic
from al_core.formats.files.cells import escape_cell
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import RoundResult
from al_core.steps.round_results import RoundsReport
from al_core.steps.rounds import Round, RoundState
from al_core.store import Dataset
from al_core.text import capitalized, counted, day, percent
from ui.clicks import clicked
from ui.images import image_grid
from ui.messages import errors_explained, plain
from ui.rounds.classes import show_classes
from ui.sample import show_sample
from ui.select.sent import release
from ui.tags.button import tag_button
from ui.visitor import obstacle

TABLE = "round-table"
FIGURE_WIDTH = 190
"""Pixels of "100.0% (100.0% to 100.0%)"."""


def show_rounds(dataset: Dataset, report: RoundsReport, plan: RoundPlan) -> None:
    """Draw the table, newest first, and the details of the selected round."""
    st.subheader("Rounds")
    results = list(reversed(report.results))
    event = st.dataframe(
        [_table_row(result, plan, report.measure) for result in results],
        hide_index=True,
        key=TABLE,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Training labels": st.column_config.NumberColumn(
                format="localized", help="After this round, without the test samples"
            ),
            "Test": st.column_config.NumberColumn(help="Images of the round that test; they are never trained on"),
            # The browser measures a column once, before there is a figure in it.
            capitalized(report.measure): st.column_config.TextColumn(width=FIGURE_WIDTH),
        },
    )
    selected = event["selection"]["rows"]
    # A row beyond the end was selected before rounds were deleted.
    chosen = results[selected[0]] if selected and selected[0] < len(results) else results[0]
    _details(dataset, chosen.round)
    show_classes(report, chosen if chosen.judgment.classes else _newest_judged(results))


def _newest_judged(results: list[RoundResult]) -> RoundResult:
    return next((result for result in results if result.judgment.classes), results[0])


def _table_row(result: RoundResult, plan: RoundPlan, measure: str) -> dict[str, Any]:
    shown = result.round
    config = shown.tag.provenance.config
    title = capitalized(measure)
    row: dict[str, Any] = {
        "#": shown.number,
        "Round": shown.name,
        "State": str(shown.state),
        "Labels back": f"{len(shown.back_rows):,} of {len(shown.added_rows):,}",
        "Test": len(shown.test_rows),
        "Training labels": shown.n_training,
        "Model": escape_cell(shown.model.name) if shown.model else "–",
        title: _with_interval(result.accuracy),
    }
    if result.cost is not None:
        row["Cost"] = plan.amount(result.cost)
    return row | {"By": str(config.method) if config else "a client", "Selected": day(shown.tag.created_at)}


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
            st.rerun()
