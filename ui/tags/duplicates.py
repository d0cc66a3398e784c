"""Images that repeat others, as a tag."""

import streamlit as st

from al_core.jobs import JobState
from al_core.steps.tags import tag_duplicates
from al_core.store import Dataset, Kind, Tag
from al_core.types import Progress
from ui import jobs
from ui.clicks import clicked
from ui.messages import errors_explained, notify
from ui.reruns import rerun
from ui.session import Key
from ui.tags.created import say_created
from ui.visitor import obstacle


def duplicates_form(dataset: Dataset) -> None:
    """Draw the form."""
    st.caption("The tag collects near-duplicates, leaving out one image of each group.")
    threshold = st.slider(
        "Largest distance",
        0.0,
        1.0,
        0.3,
        0.05,
        help="Between embeddings of length 1. With the bundled model, 0.1 finds copies saved again, 0.3 also most that "
        "were shifted, scaled or blurred. Identical files are found at any distance",
    )
    name = st.text_input("Name of the tag", "duplicates", key="duplicates-name", help="It is stored as a new tag")
    key = f"duplicates:{dataset.id}"
    _show_job(dataset, key)

    def work(progress: Progress) -> Tag | None:
        return tag_duplicates(dataset, threshold=threshold, name=name, progress=progress)

    has_embedding = bool(dataset.arrays.all(Kind.EMBEDDING))
    reason = obstacle(None if has_embedding else "This needs embeddings: add them on the Datasets page")
    if clicked("Find duplicates", key="find-duplicates", reason=reason):
        with errors_explained():
            dataset.check_tag_name(name)
            jobs.start(key, "Finding duplicates", work)
            rerun()


def _show_job(dataset: Dataset, key: str) -> None:
    job = jobs.show(key, unit="images")
    if job is None or job.state is not JobState.FINISHED or job.id == st.session_state.get(Key.DUPLICATES_SEEN):
        return
    # The job stays for other sessions, which have not seen its outcome.
    st.session_state[Key.DUPLICATES_SEEN] = job.id
    tag: Tag | None = job.result
    if tag:
        say_created(dataset, tag)
    else:
        notify("There are no duplicates")
    rerun()
