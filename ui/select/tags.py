"""Which tags the next selection starts from; the choices outlive the page, renamed tags and new regions."""

from dataclasses import dataclass

import streamlit as st

from al_core import workflow
from al_core.store import INITIAL_TAG, Dataset, Tag
from al_core.text import counted
from ui.session import Key

NONE = "none"
QUERY_BOX = "query-tag"
LABELED_BOX = "labeled-tag"


@dataclass(frozen=True)
class StartingPoint:
    """The set to select from, and the labeled set if there is one."""

    query: Tag
    labeled: Tag | None


@dataclass(frozen=True)
class LabeledChoice:
    """What a person chose as the labeled set.

    Attributes:
        tag_id: None for no tag.
        labeled_ids: The tags that counted as labeled then. Once there are others the choice is out of date: the next
            selection would take samples again that have been chosen since.
    """

    tag_id: str | None
    labeled_ids: tuple[str, ...]


def choose_tags(dataset: Dataset, tags: list[Tag]) -> StartingPoint:
    """Draw both choices and return them."""
    left, right = st.columns(2)
    with left:
        query = query_box(dataset, tags)
    with right:
        labeled = labeled_box(dataset, tags, query)
    n_again = count_chosen_elsewhere(tags, query, labeled)
    if n_again:
        st.caption(
            f":material/info: {counted(n_again, 'image')} of other selections or labeled tags may be selected again. "
            "To leave them out, combine the tags and mark the result as labeled on the Tags page."
        )
    return StartingPoint(query, labeled)


def choose_query(dataset: Dataset, tag: Tag) -> None:
    """Make the tag the query set of the dataset's next selection."""
    st.session_state.setdefault(Key.QUERY_IDS, {})[dataset.id] = tag.id


def query_box(dataset: Dataset, tags: list[Tag]) -> Tag:
    """Draw the choice of the query set and return it; by default all samples."""
    by_name = {tag.name: tag for tag in tags}
    chosen_id = st.session_state.get(Key.QUERY_IDS, {}).get(dataset.id)
    # The widget's own state goes when its page is left and names no tag that was renamed since.
    st.session_state[QUERY_BOX] = next((tag.name for tag in tags if tag.id == chosen_id), INITIAL_TAG)
    name = st.selectbox(
        "Choose from",
        list(by_name),
        format_func=lambda name: f"all {by_name[name].size:,} images" if name == INITIAL_TAG else name,
        key=QUERY_BOX,
        on_change=lambda: choose_query(dataset, by_name[st.session_state[QUERY_BOX]]),
        help="The query tag: only its images may be selected",
    )
    return by_name[name]


def labeled_box(dataset: Dataset, tags: list[Tag], query: Tag) -> Tag | None:
    """Draw the choice of the labeled set and return it; by default the newest tag that counts as labeled."""
    by_name = {tag.name: tag for tag in tags if tag.name != INITIAL_TAG}
    current = _labeled_tag(dataset, tags, query)
    st.session_state[LABELED_BOX] = current.name if current else NONE
    st.selectbox(
        "Already labeled",
        [NONE, *by_name],
        key=LABELED_BOX,
        on_change=lambda: _remember_labeled(dataset, tags, by_name.get(st.session_state[LABELED_BOX])),
        help="These are not picked again, and new picks avoid looking like them. Proposed is the newest selection or "
        "tag marked as labeled on the Tags page",
    )
    return current


def count_chosen_elsewhere(tags: list[Tag], query: Tag, labeled: Tag | None) -> int:
    """Return how many samples of the query set count as labeled by other tags only, and may be selected again."""
    chosen = 0
    for tag in tags:
        if tag.counts_as_labeled and tag.id != query.id:
            chosen |= int.from_bytes(tag.mask, "little")
    kept_away = int.from_bytes(labeled.mask, "little") if labeled else 0
    return (chosen & int.from_bytes(query.mask, "little") & ~kept_away).bit_count()


def _labeled_tag(dataset: Dataset, tags: list[Tag], query: Tag) -> Tag | None:
    choice = st.session_state.get(Key.LABELED_CHOICES, {}).get(dataset.id)
    if choice and choice.labeled_ids == _labeled_ids(tags):
        by_id = {tag.id: tag for tag in tags}
        if choice.tag_id is None or choice.tag_id in by_id:
            return by_id[choice.tag_id] if choice.tag_id else None
    return workflow.newest_labeled_tag(tags, query)


def _remember_labeled(dataset: Dataset, tags: list[Tag], tag: Tag | None) -> None:
    choice = LabeledChoice(tag.id if tag else None, _labeled_ids(tags))
    st.session_state.setdefault(Key.LABELED_CHOICES, {})[dataset.id] = choice


def _labeled_ids(tags: list[Tag]) -> tuple[str, ...]:
    return tuple(tag.id for tag in tags if tag.counts_as_labeled)
