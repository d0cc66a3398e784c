"""Images that look like others, as a filter of Explore and as a goal of Select."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.config import Similar
from al_core.explore.filters import Filters, Mask, rows_mask
from al_core.formats import IMAGE_SUFFIXES
from al_core.store import Dataset, Kind, Provenance, TagOrigin, TagRole
from al_core.text import counted
from al_core.types import Rows
from ui.clicks import clicked
from ui.dialogs import close_dialog
from ui.explore import filters
from ui.explore.view import clear_lasso
from ui.messages import errors_explained, notify, plain
from ui.reruns import rerun
from ui.select.wishes import Wishes, store_wishes
from ui.session import Key, key_of, next_round, round_of
from ui.tags.created import say_created
from ui.uploads import discard_staged, staged_files
from ui.visitor import obstacle

N_SIMILAR = 100
"""Nearest images that are shown: two pages of thumbnails."""
N_EXAMPLES = 20
"""The nearest of them stand for what an image or a mean looks like; farther ones would wash it out."""
ON_EXPLORE = "similar"


@dataclass(frozen=True, eq=False)
class SimilarTo:
    """What Explore shows the nearest images of.

    Attributes:
        title: What they look like, for people.
        rows: The nearest images, nearest first.
    """

    title: str
    rows: Rows


def similar_to(dataset: Dataset) -> SimilarTo | None:
    """Return what the images shown have to look like, or None."""
    similar: SimilarTo | None = st.session_state.get(Key.SIMILAR, {}).get(dataset.id)
    return similar


def similar_mask(dataset: Dataset) -> dict[str, Mask]:
    """Return the filter by its name, if there is one."""
    similar = similar_to(dataset)
    return {ON_EXPLORE: rows_mask(similar.rows, dataset.n_samples)} if similar else {}


def show_similar(dataset: Dataset, to: Rows | None, title: str, *, image: Path | None = None) -> bool:
    """Show the images nearest to some, or to one in a file, on Explore from now on; return whether there are any."""
    with errors_explained():
        similar = workflow.find_similar(dataset, to, image=image, n_samples=N_SIMILAR)
        st.session_state.setdefault(Key.SIMILAR, {})[dataset.id] = SimilarTo(title, similar.rows)
        notify(f"Explore shows the {counted(len(similar.rows), 'image')} most like {title}")
        return True
    # Only after an error, which has been said by now.
    return False


def stop_showing(dataset: Dataset) -> None:
    """Show images whatever they look like."""
    st.session_state.get(Key.SIMILAR, {}).pop(dataset.id, None)


def similar_chip(dataset: Dataset) -> None:
    """Draw what the images look like as a chip of the filters, which removes it."""
    similar = similar_to(dataset)
    if similar:
        st.button(
            f"{counted(len(similar.rows), 'image')} most like {plain(similar.title)}",
            key=key_of("chip", ON_EXPLORE, dataset.id),
            icon=":material/close:",
            icon_position="right",
            on_click=stop_showing,
            args=(dataset,),
            help="Nearest first, by the newest embedding. Remove it to see all images",
        )


def similar_actions(dataset: Dataset) -> None:
    """Draw how to select more images like those shown, and where to drop an image to look for."""
    if not dataset.arrays.all(Kind.EMBEDDING):
        return
    similar = similar_to(dataset)
    with st.container(horizontal=True, gap="xsmall", width="content"):
        if similar:
            _more_like_button(dataset, similar)
        _drop_image(dataset)


def _more_like_button(dataset: Dataset, similar: SimilarTo) -> None:
    n_examples = min(N_EXAMPLES, len(similar.rows))
    reason = obstacle()
    is_wanted = clicked(
        "Select more like these",
        key=key_of("more-like-shown", dataset.id),
        icon=":material/rule:",
        reason=reason,
        hint=f"Tags the nearest {n_examples} and makes them the goal of the next selection: `Similar` in Python",
    )
    if not is_wanted:
        return
    with errors_explained():
        provenance = Provenance("exploring", filters=(f"like {similar.title}",), role=TagRole.REGION)
        name = dataset.free_tag_name("like-")
        tag = dataset.create_tag(name, similar.rows[:n_examples], TagOrigin(provenance=provenance))
        say_created(dataset, tag)
        _want_more_like(dataset, tag.name, is_on_explore=True)


def _drop_image(dataset: Dataset) -> None:
    reason = obstacle()
    with st.popover("Find by image", icon=":material/add_photo_alternate:", width="content"):
        uploaded = st.file_uploader(
            "Any image: it need not be in the dataset",
            type=sorted(suffix.removeprefix(".") for suffix in IMAGE_SUFFIXES),
            # Another key after each search makes another, empty field.
            key=key_of("similar-image", dataset.id, str(round_of(Key.SIMILAR_ROUND))),
            disabled=bool(reason),
            help=reason
            or "Embedded on this machine by the bundled model, and not stored: "
            "`workflow.find_similar(dataset, image=path)`",
        )
    if uploaded is None:
        return
    path = staged_files([uploaded])[0]
    with st.spinner("Looking for images like it…"):
        is_shown = show_similar(dataset, None, uploaded.name, image=path)
    discard_staged(path)
    if is_shown:
        next_round(Key.SIMILAR_ROUND)
        filters.store(dataset, Filters())
        clear_lasso(dataset)
        rerun()


def _want_more_like(dataset: Dataset, to: str | tuple[str, ...], *, is_on_explore: bool) -> None:
    store_wishes(dataset, Wishes().adding("goals", Similar.kind, Similar(to, 2)))
    # On Explore the browser follows a link: see `ui.explore.actions`.
    st.session_state[Key.GO_TO_SELECT] = is_on_explore
    close_dialog()
    rerun()


def note_wanted(owner: str, row: int | None) -> None:
    """Note that somebody wants images like one of a grid's; for the callback of what was clicked."""
    st.session_state[Key.LIKE_TILE] = (owner, row)


def wanted_row(owner: str) -> int | None:
    """Return, once, the image of a grid that others like it are wanted to."""
    wanted: tuple[str, int | None] = st.session_state.get(Key.LIKE_TILE, ("", None))
    wanted_owner, row = wanted
    if wanted_owner != owner:
        return None
    # Otherwise every later run would lead to Explore again.
    del st.session_state[Key.LIKE_TILE]
    return row


def find_similar(dataset: Dataset, row: int, *, is_on_explore: bool) -> None:
    """Show the images most like one on Explore, and go there; where that fails, only say why."""
    name = dataset.filename(row)
    if not show_similar(dataset, np.array([row]), name):
        return
    # Those like it are others, which neither the filters nor the outline on the map need let through.
    filters.store(dataset, Filters())
    clear_lasso(dataset)
    close_dialog()
    if not is_on_explore:
        st.switch_page("../pages/explore.py")
    rerun()


def find_similar_buttons(dataset: Dataset, row: int, *, is_on_explore: bool) -> None:
    """Draw, about one image, the ways to images like it: looking at them, and selecting them."""
    if not dataset.arrays.all(Kind.EMBEDDING):
        return
    name = dataset.filename(row)
    with st.container(horizontal=True, gap="xsmall"):
        is_shown = clicked(
            "Find similar",
            key=key_of("find-similar", dataset.id, str(row)),
            icon=":material/image_search:",
            hint="Shows the images most like this one on Explore: `workflow.find_similar` in Python",
        )
        is_wanted = clicked(
            "Select more like this",
            key=key_of("more-like", dataset.id, str(row)),
            icon=":material/rule:",
            hint="Makes it the goal of the next selection on Select: `Similar` in Python",
        )
    if is_shown:
        find_similar(dataset, row, is_on_explore=is_on_explore)
    if is_wanted:
        _want_more_like(dataset, (name,), is_on_explore=is_on_explore)
