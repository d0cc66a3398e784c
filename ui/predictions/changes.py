"""What changed from one model to another: scores, answers, and which images they differ on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.exceptions import MissingInputError
from al_core.steps.answers import Changes
from al_core.steps.rounds import Round
from al_core.steps.scores import preferred_first
from al_core.store import Dataset, Model
from al_core.text import counted, percent
from al_core.types import Rows, Scores
from ui import charts
from ui.images import image_grid
from ui.messages import plain
from ui.row_table import Choice, Column, Line, row_table
from ui.sample import show_sample
from ui.select.method import score_labels
from ui.session import key_of
from ui.tags.button import tag_button

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

HEIGHT = 180
MOST_ANSWERS = 100
ANSWER_COLUMNS = (Column("Answer"), *(Column(title, is_number=True) for title in ("Gained", "Lost", "Net")))


def show_latest_changes(dataset: Dataset, rounds: Sequence[Round]) -> None:
    """Draw what changed from the model before to the newest one of the rounds, if there are two."""
    models = [each.model for each in rounds if each.model]
    if len(models) > 1 and models[-1].id != models[-2].id:
        title = f"What changed from “{plain(models[-2].name)}” to “{plain(models[-1].name)}”"
        expander = _expander(title, key_of("latest-changes", dataset.id))
        if expander.open:
            with expander:
                show_changes(dataset, models[-2], models[-1])


def compare_two(dataset: Dataset, models: Sequence[Model]) -> None:
    """Draw the choice of two models and what differs between them; by default the newest two."""
    if len(models) <= 1:
        return
    expander = _expander("Compare two models", key_of("compare-two", dataset.id))
    if not expander.open:
        return
    with expander:
        by_id = {model.id: model for model in models}
        left, right = st.columns(2)
        before = left.selectbox(
            "Before",
            list(by_id),
            # The newest comes first.
            index=1,
            format_func=lambda model_id: by_id[model_id].name,
            key=f"changes-before-{dataset.id}",
            help="The earlier model, gray below",
        )
        after = right.selectbox(
            "After",
            list(by_id),
            index=0,
            format_func=lambda model_id: by_id[model_id].name,
            key=f"changes-after-{dataset.id}",
            help="The later model, blue below",
        )
        if before == after:
            st.caption("Choose two different models.")
        else:
            show_changes(dataset, by_id[before], by_id[after])


def _expander(title: str, key: str) -> "ExpanderContainer":
    # All predictions of two models are read to compare them: only for somebody who looks.
    return st.expander(title, icon=":material/compare_arrows:", key=key, on_change="rerun")


def show_changes(dataset: Dataset, before: Model, after: Model) -> None:
    """Draw what differs between two models; `after` is the newer one."""
    left, right = st.columns(2, gap="large")
    with left:
        _show_scores(dataset, before, after)
    try:
        changes = _changes(f"{dataset.id} {before.id} {after.id} {dataset.n_samples}", dataset, before, after)
    except MissingInputError as error:
        right.info(f"{plain(str(error))}.", icon=":material/compare_arrows:")
        return
    with right:
        answer = _show_answers(changes)
    if len(changes.rows):
        _show_images(dataset, changes, answer)


# The models of a dataset never change, so what differs between two is worked out once.
@st.cache_resource(max_entries=8, show_spinner="Comparing the predictions…")
def _changes(key: str, _dataset: Dataset, _before: Model, _after: Model) -> Changes:
    return workflow.compare_models(_dataset, _before, _after)


def _show_scores(dataset: Dataset, before: Model, after: Model) -> None:
    shared = [name for name in preferred_first(after.scores) if name in before.scores]
    if not shared:
        st.caption("The two have no score in common.")
        return
    name = st.selectbox(
        "Score",
        shared,
        format_func=score_labels(shared).__getitem__,
        key=f"changes-score-{before.id}-{after.id}",
        help="Higher is more unsure",
    )
    first = dataset.arrays.read(before.scores[name])
    second = dataset.arrays.read(after.scores[name])
    st.html(charts.overlaid_histograms(first, second, height=HEIGHT))
    old = f":gray[■] {plain(before.name)}: mean {mean_text(first)}"
    new = f":blue[■] {plain(after.name)}: mean {mean_text(second)}"
    st.caption(f"{old} · {new}")


def mean_text(scores: Scores) -> str:
    """Return the mean of the scores that are there.

    Examples:
        >>> mean_text(np.array([0.5, np.nan, 0.25])), mean_text(np.array([np.nan]))
        ('0.375', '–')
    """
    present = scores[~np.isnan(scores)]
    return f"{present.mean():.3f}" if len(present) else "–"


def _show_answers(changes: Changes) -> str | None:
    """Draw which answers the newer model gives more and less often, and return the one that was chosen."""
    st.markdown(f"**{changes_text(changes)}**")
    changed = changes.by_answer()[:MOST_ANSWERS]
    if not changed:
        return None
    lines = [
        Line(each.answer, [each.answer, f"{each.n_gained:,}", f"{each.n_lost:,}", f"{each.net:+,}"]) for each in changed
    ]
    key = f"changed-answers-{changes.before.id}-{changes.after.id}"
    ticked = row_table("Answers gained and lost", ANSWER_COLUMNS, lines, key=key, choice=Choice.ONE)
    st.caption("Choose a line to see just the images that it gained or lost.")
    return changed[ticked[0]].answer if ticked else None


def changes_text(changes: Changes) -> str:
    """Return how many predictions changed; for classes that bounds by how much accuracy can have moved."""
    share = percent(changes.share)
    text = f"{len(changes.rows):,} of {counted(changes.n_compared, 'prediction')} changed ({share})"
    if not changes.bounds_accuracy:
        return f"{text}."
    return f"{text}, so accuracy on these images moved by at most {100 * changes.share:.1f} points."


def _show_images(dataset: Dataset, changes: Changes, answer: str | None) -> None:
    """Draw the images whose answer changed, or those among them that an answer gained or lost."""
    places = np.arange(len(changes.rows))
    title = f"Images whose prediction changed ({len(places):,})"
    if answer is not None:
        places = places_of(changes, answer)
        title = f"Images that “{plain(answer)}” gained or lost ({len(places):,})"
    with st.expander(title, icon=":material/swap_horiz:", expanded=answer is not None):
        tag_button(
            dataset,
            "Tag them",
            lambda: workflow.tag_changes(dataset, changes, dataset.free_tag_name("changed ")),
            key=f"tag-changes-{changes.before.id}-{changes.after.id}",
            hint="Explore can ring and filter them then, and Select can choose from them",
        )
        opened = image_grid(
            dataset,
            changes.rows[places],
            lambda place: f"{changes.from_answers[places[place]]} → {changes.to_answers[places[place]]}",
            key=f"changes-{changes.before.id}-{changes.after.id}",
        )
        if opened is not None:
            show_sample(dataset, opened, among=changes.rows[places])


def places_of(changes: Changes, answer: str) -> Rows:
    """Return which of the changed rows an answer gained or lost."""
    return np.flatnonzero((changes.from_answers == answer) | (changes.to_answers == answer))
