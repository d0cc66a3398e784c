from functools import partial

import streamlit as st

from al_core.explore.filters import all_of
from al_core.steps.next_batch import NextBatch
from al_core.store import asking_once
from al_core.text import counted
from ui import state
from ui.embedding_map import Values
from ui.explore import columns, filters
from ui.explore.address import open_address, write_address
from ui.explore.colors import choose_color, map_colors
from ui.explore.filter_row import filter_row
from ui.explore.gallery import show_images
from ui.explore.histograms import histograms
from ui.explore.layout import panes
from ui.explore.map import draw_map
from ui.explore.next_batch import proposed, show_next_batch
from ui.explore.rings import choose_rings, chosen_highlight
from ui.explore.similar import similar_mask, similar_to
from ui.explore.view import choose_view, clear_lasso, forget_umap_job, say_how_umap_was_made, show_umap_job
from ui.glossary import show_words
from ui.heap import freeze_heap
from ui.loop.standing import loop_of
from ui.messages import plain
from ui.reruns import rerun
from ui.session import Key


# A fragment: what is done here reruns only this part, not the sidebar and the rest of the app.
@st.fragment
@asking_once()
def explore(batch: NextBatch | None) -> None:
    if state.is_dataset_gone():
        # Another tab has deleted it; the header and the sidebar name it still.
        rerun()
    dataset = state.require_dataset()
    numbers = columns.number_columns(dataset)
    map_pane, panel = panes()
    with panel:
        with st.container(key="explore-colors", horizontal=True, vertical_alignment="bottom", gap="small"):
            color = choose_color(dataset, numbers)
            rings = choose_rings(dataset, glows=batch is not None)
        with st.container(key="explore-filters", horizontal=True, vertical_alignment="top", gap="small"):
            # It counts what passes, which is known only once the map has said what is drawn on it.
            row = st.container(key="filter-row", horizontal=True, vertical_alignment="center", gap="small")
            view = choose_view(dataset)
    colors = map_colors(dataset, numbers, color)
    titles = columns.titles(numbers)
    masks = filters.masks(dataset, numbers) | similar_mask(dataset)
    similar = similar_to(dataset)
    reasons = list(filters.in_words(filters.current(dataset)))
    if similar:
        reasons.append(f"like {similar.title}")
    outlined = None
    with map_pane:
        if view:
            outlined = draw_map(dataset, view, rings, colors, masks, batch)
        else:
            st.info("The map appears here as soon as there is an embedding.", icon=":material/scatter_plot:")
    st.session_state[Key.MAP_OUTLINED] = outlined is not None
    if outlined is not None:
        masks[filters.ON_MAP] = outlined
        reasons.append(filters.ON_MAP)
    mask = all_of(masks, dataset.n_samples)
    sorted_by = color if color in numbers else columns.first_that_varies(numbers)
    with row:
        filter_row(
            dataset, int(mask.sum()), titles, clear_lasso=None if outlined is None else partial(clear_lasso, dataset)
        )
    order = similar.rows if similar else None
    with panel:
        histograms(dataset, numbers, masks, first=sorted_by, colors=colors if isinstance(colors, Values) else None)
        show_images(
            dataset, mask, numbers[sorted_by] if sorted_by else None, titles.get(sorted_by or "", ""), reasons, order
        )
    write_address(dataset, color, chosen_highlight(dataset), view.method if view and view.has_umap else None)
    with map_pane:
        say_how_umap_was_made(view)
        if view and not view.has_umap:
            show_umap_job(dataset, view.embedding)
        elif view:
            forget_umap_job(dataset, view.embedding)
    freeze_heap("explore")


with st.container(key="explore-head", horizontal=True):
    st.title("Explore", width="content")
    about = st.empty()
    show_words("explore")
dataset = state.require_dataset()
open_address(dataset)
total = counted(dataset.n_samples, "image")
loop = loop_of(dataset)
about.caption(
    f"{plain(dataset.name)} · {total} in total. Where is the model unsure, and what lies there?", width="content"
)
show_next_batch(dataset, loop)
explore(proposed(dataset, loop))
