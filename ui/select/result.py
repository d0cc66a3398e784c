"""A selection as it is stored: its figures, its images in the order picked, and the code that repeats it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.steps.chosen import added_rows, selection_summaries
from al_core.steps.provenance import find_source
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, Kind, Tag
from al_core.text import moment
from ui.images import image_grid
from ui.messages import plain
from ui.sample import show_sample
from ui.select.card import show_card
from ui.select.edits import as_edited, edit_buttons, show_edits
from ui.select.limit_costs import show_group_counts, show_limit_costs, show_shortfalls
from ui.select.sent import mark_downloaded
from ui.select.why import show_why
from ui.session import key_of

# A mean from the day of the selection above captions from today would contradict itself without a word.
NOW = " The mean score dates from the selection; the images show today's scores."


@dataclass(frozen=True)
class ScoresNow:
    """The score of each added image as it is stored now, and whether it is another than the selection used."""

    values: list[float]
    is_replaced: bool


@dataclass(frozen=True)
class Figure:
    """A number about a selection, with what it means."""

    label: str
    value: str
    meaning: str


def choose_selection(dataset: Dataset) -> Tag | None:
    """Draw the choice among the selections in the store, the newest first, and return it; None without any.

    Its tag may be gone since its job ended, or its inputs replaced: only the store knows.
    """
    tags = {tag.id: tag for tag in reversed(selection_summaries(dataset))}
    if not tags:
        return None
    newest = next(iter(tags))
    chosen = newest
    if len(tags) > 1:
        chosen = st.selectbox(
            "Selection",
            list(tags),
            format_func=lambda tag_id: f"{tags[tag_id].name} · {moment(tags[tag_id].created_at)}",
            # Another key after each selection, so that the newest is shown.
            key=key_of("selection", newest),
            help="All selections of this dataset, the newest first",
        )
    return dataset.find_tag_by_id(chosen)


def show_result(dataset: Dataset, tag: Tag) -> None:
    """Draw a selection; one whose settings this version cannot read is shown, but not judged or repeated."""
    heading, download = st.columns([3, 2], vertical_alignment="center")
    with heading:
        st.subheader(plain(tag.name))
        st.caption(moment(tag.created_at))
    with download:
        _download(dataset, tag)
    selection = workflow.read_selection(dataset, tag)
    if selection:
        _show_selection(dataset, selection)
        return
    st.info(
        "This version does not know the settings of this selection: it is shown, and cannot be repeated.",
        icon=":material/history:",
    )
    rows = added_rows(dataset, tag)
    opened = image_grid(dataset, rows, lambda position: f"#{position + 1}", key=f"added-{tag.id}")
    if opened is not None:
        show_sample(dataset, opened, among=rows)


def _show_selection(dataset: Dataset, selection: workflow.Selection) -> None:
    scores = scores_now(dataset, selection)
    # `stale` says what has changed since: the selection itself stays as it was made. Once it is handed out that is the
    # way of every round, for the next model brings new scores.
    for change in selection.stale if is_draft(dataset, selection) else ():
        note = NOW if scores and scores.is_replaced else ""
        st.warning(f"Out of date: {plain(change)}.{note}", icon=":material/history:")
    with st.container(horizontal=True, gap="small"):
        for figure in _figures(selection, scores):
            st.metric(figure.label, figure.value, help=figure.meaning, width="content")
    show_shortfalls(dataset, selection)
    show_card(dataset, selection)
    show_limit_costs(dataset, selection)
    show_group_counts(dataset, selection)
    with st.expander("More figures"), st.container(horizontal=True, gap="small"):
        for figure in _more_figures(selection):
            st.metric(figure.label, figure.value, help=figure.meaning, width="content")
    # Only tabs that rerun tell which of them is open.
    images, code = st.tabs(
        ["Selected images", "Python code"], key=key_of("selection-tabs", selection.tag.id), on_change="rerun"
    )
    with images:
        show_edits(dataset, selection)
        edited = as_edited(selection)
        captions = _captions(len(edited.added_rows), scores_now(dataset, edited))
        # Named after the selection and not its edits, so that a swap does not lead back to the first page.
        opened = image_grid(dataset, edited.added_rows, captions.__getitem__, key=f"added-{selection.tag.id}")
        if opened is not None:
            row = opened
            show_sample(dataset, row, below=lambda: _below(dataset, selection, row))
    if code.open:
        # What colors code is 440 kB for the browser, more than all else on this page.
        code.code(selection_code(dataset, selection), language="python")


def _below(dataset: Dataset, selection: workflow.Selection, row: int) -> None:
    if row in selection.added_rows:
        show_why(dataset, selection, row)
    else:
        st.caption("The next best, which you have swapped in.")
    edit_buttons(dataset, selection, row)


def _download(dataset: Dataset, tag: Tag) -> None:
    st.download_button(
        "Download the selected filenames",
        workflow.export_tag(dataset, tag, "txt", added_only=True),
        file_name=f"{tag.name}-added.txt",
        icon=":material/download:",
        on_click=lambda: mark_downloaded(dataset, tag),
        help="One filename per line; more formats on the Tags page. Once downloaded they are not picked again",
        width="stretch",
    )


def _figures(selection: workflow.Selection, scores: ScoresNow | None) -> list[Figure]:
    return [
        Figure("New", f"{len(selection.added_rows):,}", "New images in this selection"),
        *_test_figures(len(selection.test_rows)),
        Figure("Total", f"{selection.tag.size:,}", "Already labeled plus new"),
        *_score_figures(selection.quality.mean_score, scores),
    ]


def _more_figures(selection: workflow.Selection) -> list[Figure]:
    # Neither says whether the model will learn from the selection: their order against RANDOM often is the wrong one.
    quality = selection.quality
    return [
        Figure(
            "Largest gap",
            _number(quality.covering_radius),
            "Distance from the least covered image to the nearest labeled one, 0 to 2; lower is better",
        ),
        Figure(
            "Closest pair",
            _number(quality.smallest_distance),
            "Smallest distance between a new image and any other labeled one, 0 to 2; higher is better",
        ),
    ]


def _test_figures(n_tests: int) -> list[Figure]:
    meaning = "Of the new images, drawn at random; the other figures are about the rest"
    return [Figure("For testing", f"{n_tests:,}", meaning)] if n_tests else []


def is_draft(dataset: Dataset, selection: workflow.Selection) -> bool:
    """Return whether nobody has been handed the images of a selection yet, and none of them is labeled."""
    is_sent = selection.tag.provenance.sent_at is not None
    return not is_sent and not np.isin(selection.added_rows, workflow.labeled_set(dataset)).any()


def scores_now(dataset: Dataset, selection: workflow.Selection) -> ScoresNow | None:
    """Return the scores of the added images, or None if the selection used none or it is gone.

    Of a draft those that a selection would use today; afterwards those that it was made with, as far as they are kept.
    """
    source = selection.tag.provenance.score
    if source is None:
        return None
    # Of a model that is no longer current the score is kept under another name.
    is_kept = not is_draft(dataset, selection)
    stored = find_source(dataset, Kind.SCORE, source) if is_kept else dataset.arrays.find(Kind.SCORE, source.name)
    if stored is None:
        return None
    values = dataset.arrays.read_rows(stored, selection.added_rows).tolist()
    return ScoresNow(values, stored.digest != source.digest)


def _score_figures(mean_when_selected: float | None, scores: ScoresNow | None) -> list[Figure]:
    meaning = "Of the new images, 0 to 1; higher is more uncertain"
    if scores is None or not scores.is_replaced:
        return [Figure("Mean score", _number(mean_when_selected), meaning)]
    # New predictions may cover fewer images.
    present = [score for score in scores.values if not np.isnan(score)]
    mean_now = float(np.mean(present)) if present else None
    return [
        Figure("Mean score when selected", _number(mean_when_selected), f"{meaning}. By the scores replaced since"),
        Figure("Mean score now", _number(mean_now), f"{meaning}. By the scores stored now"),
    ]


def _captions(n_added: int, scores: ScoresNow | None) -> list[str]:
    if scores is None:
        return [f"#{rank}" for rank in range(1, n_added + 1)]
    now = "now " if scores.is_replaced else ""
    return [f"#{rank} · {now}{_number(score)}" for rank, score in enumerate(scores.values, 1)]


def _number(value: float | None) -> str:
    return "–" if value is None or np.isnan(value) else f"{value:.3f}"
