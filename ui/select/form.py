"""What the next selection is asked for, and starting it."""

import streamlit as st

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.jobs import Job
from al_core.store import Dataset, Tag
from ui import jobs
from ui.messages import errors_explained, plain, show_error
from ui.select.counts import choose_counts
from ui.select.method import choose_distance, choose_method, find_obstacle
from ui.select.tags import StartingPoint, choose_tags
from ui.select.test_samples import choose_test_share
from ui.visitor import obstacle


def selection_form(dataset: Dataset) -> None:
    """Draw the form; its button starts the selection as a job."""
    tags = dataset.tags()
    start = choose_tags(dataset, tags)
    n_candidates = start.n_candidates
    choice = choose_method(dataset)
    counts = choose_counts(len(start.chosen), n_candidates)
    if counts.refusal:
        show_error(counts.refusal)
    test = choose_test_share(dataset, start.reserve, counts.n_new)
    min_distance = choose_distance()
    left, right = st.columns(2)
    name = left.text_input("Name", _suggested_name(tags), help="The selection is stored as a tag of this name")
    with right:
        seed = _choose_seed()
    is_bad_seed = seed is not None and seed < 0
    if is_bad_seed:
        show_error(f"The seed is a whole number from 0, not {seed:,}")
    # What the person cannot mend in this form disables the button; what they typed wrong is refused when they click.
    reason = obstacle(_running(dataset) or _exhausted(start.query, n_candidates) or find_obstacle(dataset, choice))
    is_run = st.button(
        "Run selection",
        type="primary",
        disabled=bool(reason),
        help=reason and plain(reason),
        icon=":material/play_arrow:",
    )
    if reason:
        st.caption(f":material/info: {plain(reason)}")
    if is_run and (counts.refusal or is_bad_seed):
        st.caption(":material/info: Nothing was run: correct the number above first.")
    elif is_run:
        with errors_explained():
            config = SelectionConfig(
                choice.method,
                counts.n_samples,
                min_distance,
                name,
                score_name=choice.score,
                seed=seed,
                test_share=test.share,
                test_groups=test.groups,
            )
            # Checked here as well as when the tag is made, so that nobody waits for a selection that cannot be stored.
            dataset.check_tag_name(name)
            _start(dataset, config, start)
            st.rerun()


def show_job(dataset: Dataset) -> Job | None:
    """Draw the selection under way, or why it failed; return the one that has ended."""
    return jobs.show(_job_key(dataset), unit="picked")


def _choose_seed() -> int | None:
    # Without a limit of its own: below it Streamlit turns the field red and goes on with the number before.
    return st.number_input(
        "Seed", step=1, value=None, key="seed", placeholder="drawn", help="The same seed selects the same images"
    )


def _suggested_name(tags: list[Tag]) -> str:
    names = {tag.name for tag in tags}
    number = 1
    while f"al-iteration-{number}" in names:
        number += 1
    return f"al-iteration-{number}"


def _running(dataset: Dataset) -> str | None:
    job = jobs.latest(_job_key(dataset))
    return "A selection is running: wait for it or cancel it" if job and job.is_running else None


def _exhausted(query: Tag, n_candidates: int) -> str | None:
    if n_candidates:
        return None
    return f"All images in “{query.name}” are already labeled. Choose a different set."


def _start(dataset: Dataset, config: SelectionConfig, start: StartingPoint) -> None:
    jobs.start(
        _job_key(dataset),
        f"Selecting by {config.method}",
        lambda progress: workflow.run_selection(
            dataset, config, query_tag=start.query, labeled_tag=start.labeled, progress=progress
        ),
    )


def _job_key(dataset: Dataset) -> str:
    return f"selection:{dataset.id}"
