"""Which tags the next selection starts from; the choices outlive the page, renamed tags and new regions."""

from dataclasses import dataclass

import streamlit as st

from al_core import workflow
from al_core.steps.reserve import StoredReserve, read_reserve
from al_core.steps.row_sets import NO_ROWS, union, within, without
from al_core.steps.selection_plan import SelectionInputs
from al_core.store import INITIAL_TAG, Dataset, Tag, TagRole, TagSummary
from al_core.text import counted
from al_core.types import Rows
from ui.select.sent import show_sent
from ui.session import Key

EVERYTHING = ""
"""Stands for all that is labeled, which is no tag's name."""
QUERY_BOX = "query-tag"
LABELED_BOX = "labeled-tag"


@dataclass(frozen=True)
class StartingPoint:
    """What the next selection begins with.

    Attributes:
        query: The set to select from.
        labeled: The labeled set, or None for all that is labeled.
        chosen: The rows that are labeled or sent, which are not selected again.
        reserve: What is set aside for testing, or None.
    """

    query: Tag
    labeled: Tag | None
    chosen: Rows
    reserve: StoredReserve | None

    @property
    def n_candidates(self) -> int:
        """How many images a method may pick from."""
        # What is set aside for testing is drawn at random, never picked by a method.
        barred = self.reserve.barred if self.reserve else NO_ROWS
        return len(without(self.query.rows, union([self.chosen, barred])))


@dataclass(frozen=True)
class LabeledChoice:
    """What a person chose as the labeled set.

    Attributes:
        tag_id: None for all that is labeled.
        labeled_ids: The tags that counted as labeled then. Once there are others the choice is out of date: the next
            selection would take samples again that have been chosen since.
    """

    tag_id: str | None
    labeled_ids: tuple[str, ...]


def choose_tags(dataset: Dataset, tags: list[TagSummary]) -> StartingPoint:
    """Draw both choices and return them."""
    left, right = st.columns(2)
    with left:
        query = query_box(dataset, tags)
    with right:
        labeled = labeled_box(dataset, tags, query)
    show_sent(dataset)
    chosen = SelectionInputs(query, labeled).chosen(dataset)
    labeled_id = labeled.id if labeled else EVERYTHING
    n_again = _count_chosen_elsewhere(f"{dataset.version()} {query.id} {labeled_id}", dataset, query, chosen)
    if n_again:
        st.caption(
            f":material/info: {counted(n_again, 'image')} of selections that nobody has downloaded, or of other "
            "labeled tags, may be selected again."
        )
    return StartingPoint(query, labeled, chosen, read_reserve(dataset))


def choose_query(dataset: Dataset, tag: Tag | TagSummary) -> None:
    """Make the tag the query set of the dataset's next selection."""
    st.session_state.setdefault(Key.QUERY_IDS, {})[dataset.id] = tag.id


def query_box(dataset: Dataset, tags: list[TagSummary]) -> Tag:
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
    return dataset.tag(name)


def labeled_box(dataset: Dataset, tags: list[TagSummary], query: Tag) -> Tag | None:
    """Draw the choice of the labeled set and return it; by default None, for all that is labeled."""
    by_name = {tag.name: tag for tag in tags if tag.name != INITIAL_TAG and tag.id != query.id}
    current = _labeled_tag(dataset, tags, query)
    everything = f"all {len(workflow.labeled_set(dataset)):,} labeled"
    st.session_state[LABELED_BOX] = current.name if current else EVERYTHING
    st.selectbox(
        "Already labeled",
        [EVERYTHING, *by_name],
        format_func=lambda name: name or everything,
        key=LABELED_BOX,
        on_change=lambda: _remember_labeled(dataset, tags, by_name.get(st.session_state[LABELED_BOX])),
        help="These are not picked again, and new picks avoid looking like them. Labeled is what has labels, or is in "
        "a tag marked as labeled on the Tags page",
    )
    return dataset.find_tag_by_id(current.id if current else None)


@st.cache_data(max_entries=32, show_spinner=False)
def _count_chosen_elsewhere(depends: str, _dataset: Dataset, _query: Tag, _chosen: Rows) -> int:
    # For this the masks of all selections are read.
    return count_chosen_elsewhere(_dataset, _query, _chosen)


def count_chosen_elsewhere(dataset: Dataset, query: Tag, chosen: Rows) -> int:
    """Return how many samples of the query set are in selections or labeled tags, and may be selected again."""
    roles = (TagRole.SELECTION, TagRole.LABELED)
    ids = [tag.id for tag in dataset.tag_summaries() if tag.role in roles and tag.id != query.id]
    elsewhere = union([tag.rows for tag in dataset.tags_by_id(ids)])
    return len(without(within(elsewhere, query.rows), chosen))


def _labeled_tag(dataset: Dataset, tags: list[TagSummary], query: Tag) -> TagSummary | None:
    choice = st.session_state.get(Key.LABELED_CHOICES, {}).get(dataset.id)
    if choice is None or choice.labeled_ids != _labeled_ids(tags):
        return None
    return next((tag for tag in tags if tag.id == choice.tag_id and tag.id != query.id), None)


def _remember_labeled(dataset: Dataset, tags: list[TagSummary], tag: TagSummary | None) -> None:
    choice = LabeledChoice(tag.id if tag else None, _labeled_ids(tags))
    st.session_state.setdefault(Key.LABELED_CHOICES, {})[dataset.id] = choice


def _labeled_ids(tags: list[TagSummary]) -> tuple[str, ...]:
    return tuple(tag.id for tag in tags if tag.counts_as_labeled)
