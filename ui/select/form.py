"""What the next selection is asked for, and starting it."""

from dataclasses import dataclass
from importlib.util import find_spec

import streamlit as st

from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.steps.where import Where
from al_core.store import Dataset, Tag
from al_core.text import capitalized
from ui import selection_jobs
from ui.clicks import clicked
from ui.messages import errors_explained, plain, show_error
from ui.reruns import rerun
from ui.select import run_bar
from ui.select.budget import budget_menu
from ui.select.counts import Counts, choose_counts
from ui.select.editor import add_menu, edit, unfinished
from ui.select.method import NO_DISTANCE, Choice, choose_distance, choose_method, find_obstacle
from ui.select.presets import choose_preset
from ui.select.run_bar import Consequence
from ui.select.spacing import show_spacing
from ui.select.tags import StartingPoint, choose_tags
from ui.select.test_samples import TestChoice, choose_test_share
from ui.select.wishes import wishes_of
from ui.session import Key, key_of, next_round, round_of
from ui.visitor import obstacle, visitor


@dataclass(frozen=True)
class Order:
    """What the form says, as far as it can be used.

    Attributes:
        start: What the selection begins with.
        config: None if it cannot be run.
        refusal: Why it cannot be run; None if it can.
        reason: What the person cannot mend in the form; None if there is nothing.
        cluster: The Dask scheduler whose workers compute the selection; None for what the server's settings say.
    """

    start: StartingPoint
    config: SelectionConfig | None
    refusal: str | None
    reason: str | None
    cluster: str | None


def selection_form(dataset: Dataset) -> None:
    """Draw the form; its button starts the selection as a job."""
    order = _fill_in(dataset)
    consequence = Consequence("", refusal=order.refusal)
    if order.config and not order.reason:
        consequence = run_bar.foresee(dataset, order.config, order.start)
    if _is_run(order.reason, consequence):
        if consequence.refusal or order.config is None:
            st.caption(":material/info: Nothing was run: correct what is said above first.")
            return
        with errors_explained():
            # Checked here as well as when the tag is made, so that nobody waits for one that cannot be stored.
            dataset.check_tag_name(order.config.name)
            start = order.start
            selection_jobs.start(
                dataset, order.config, query_tag=start.query, labeled_tag=start.labeled, cluster=order.cluster
            )
            # What is run next is another selection, and needs another name.
            next_round(Key.SELECTION_NAME_ROUND)
            rerun()


def show_job(dataset: Dataset) -> None:
    """Draw the selection under way, or why it failed."""
    selection_jobs.show(dataset)


def _fill_in(dataset: Dataset) -> Order:
    choose_preset(dataset)
    start = choose_tags(dataset, dataset.tag_summaries())
    counts = _choose_counts(dataset, start)
    choice = choose_method(dataset)
    edit(dataset, "goals")
    edit(dataset, "limits")
    with st.container(horizontal=True, gap="xsmall"):
        add_menu(dataset, "goals")
        add_menu(dataset, "limits")
        budget_menu(dataset)
    test = choose_test_share(dataset, start, counts.n_new)
    with st.expander("More settings"):
        min_distance = choose_distance(dataset)
        too_far = show_spacing(dataset, start, min_distance) if min_distance != NO_DISTANCE else None
        name = _choose_name(dataset)
        seed = _choose_seed()
        cluster = _choose_cluster(dataset)
    refusal = counts.refusal or too_far or unfinished(dataset)
    if seed is not None and seed < 0:
        refusal = refusal or f"The seed is a whole number from 0, not {seed:,}"
    config = None
    if not refusal:
        try:
            config = _config(dataset, choice, counts, test, min_distance=min_distance, name=name, seed=seed)
        except InvalidInputError as error:
            refusal = str(error)
    reason = _running(dataset) or _exhausted(start.query, start.n_candidates) or find_obstacle(dataset, choice)
    return Order(start, config, refusal, obstacle(reason), cluster)


def _choose_counts(dataset: Dataset, start: StartingPoint) -> Counts:
    wishes = wishes_of(dataset)
    if wishes.budget and wishes.is_budget_alone:
        st.caption(f":material/payments: As many new images as the budget pays for: {plain(wishes.budget.words)}.")
        return Counts(start.n_candidates, -1, None)
    return choose_counts(len(start.chosen), start.n_candidates)


def _config(  # noqa: PLR0913 - what the form says, half of it by keyword
    dataset: Dataset,
    choice: Choice,
    counts: Counts,
    test: TestChoice,
    *,
    min_distance: float,
    name: str,
    seed: int | None,
) -> SelectionConfig:
    wishes = wishes_of(dataset)
    goals, limits = wishes.records
    return SelectionConfig(
        choice.method,
        counts.n_samples,
        min_distance,
        name,
        score_name=choice.score,
        seed=seed,
        test_share=test.share,
        test_groups=test.groups,
        goals=goals,  # type: ignore[arg-type]  # a slot without a record is refused before
        limits=limits,  # type: ignore[arg-type]  # the same
        budget=wishes.budget,
    )


def _is_run(reason: str | None, consequence: Consequence) -> bool:
    """Draw the bar with what the button does, and return whether it was pressed."""
    with st.container(key="run-bar", gap="xsmall"):
        # What the person cannot mend in this form disables the button; what they typed wrong is refused on the click.
        if consequence.refusal:
            show_error(consequence.refusal)
        for warning in consequence.warnings:
            st.caption(f":material/warning: {plain(capitalized(warning))}.")
        text = reason or consequence.text
        if text:
            st.caption(f":material/info: {plain(text)}")
        return clicked(
            "Run selection",
            key="run-selection",
            is_next=True,
            reason=reason and plain(reason),
            icon=":material/play_arrow:",
            width="stretch",
        )


def _choose_name(dataset: Dataset) -> str:
    suggested = dataset.free_tag_name("al-iteration-")
    # Another key after each run makes another field: the same one would keep what was typed.
    key = key_of("selection-name", suggested, str(round_of(Key.SELECTION_NAME_ROUND)))
    return st.text_input("Name", suggested, key=key, help="The selection is stored as a tag of this name")


def _choose_seed() -> int | None:
    # Without a limit of its own: below it Streamlit turns the field red and goes on with the number before.
    return st.number_input(
        "Seed", step=1, value=None, key="seed", placeholder="drawn", help="The same seed selects the same images"
    )


def _choose_cluster(dataset: Dataset) -> str | None:
    # A scheduler runs whatever code it is sent, and this process connects to it: only for people at this machine.
    if not visitor().is_here or dataset.server or not find_spec("distributed"):
        return None
    address = st.text_input(
        "Dask scheduler",
        placeholder=Where.of(None).cluster or "this machine",
        key="cluster",
        help="Its workers compute the selection, such as tcp://scheduler:8786: the same images as on this machine, "
        "from more embeddings than it holds",
    )
    return address.strip() or None


def _running(dataset: Dataset) -> str | None:
    return "A selection is running: wait for it or cancel it" if selection_jobs.is_under_way(dataset) else None


def _exhausted(query: Tag, n_candidates: int) -> str | None:
    if n_candidates:
        return None
    return f"All images in “{query.name}” are already labeled. Choose a different set."
