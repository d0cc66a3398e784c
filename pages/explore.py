import numpy as np
import streamlit as st

from al_core import workflow
from al_core.explore.filters import Mask, all_of, rows_mask
from al_core.store import Dataset, Tag
from al_core.types import Rows
from ui import state
from ui.embedding_map import Categories, Values, embedding_map
from ui.explore import columns, filters
from ui.explore.actions import actions
from ui.explore.columns import Column
from ui.explore.view import DRAWN, View, choose_view, clear_lasso, show_umap_job
from ui.images import image_grid, image_url
from ui.sample import show_sample

MAP_HEIGHT = 540
NOTHING = "nothing"


def toolbar(dataset: Dataset, numbers: dict[str, Column]) -> tuple[str, Tag | None, View | None]:
    embeddings = [stored.name for stored in dataset.arrays.all("embedding")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        color = choose_color(dataset, numbers)
        tag = choose_tag(dataset)
        return color, tag, choose_view(dataset, embeddings)


def choose_color(dataset: Dataset, numbers: dict[str, Column]) -> str:
    scores = [name for name, column in numbers.items() if column.is_score]
    classes = [columns.PREDICTED] if dataset.arrays.newest("prediction") else []
    metadata = [name for name in numbers if name not in scores]
    options = [*scores, *classes, columns.TAG, *metadata, *columns.text_columns(dataset), NOTHING]
    why = "What the colours of the map mean; numbers also sort the images"
    return st.selectbox("Colour by", options, help=why if scores else f"{why}. No scores yet: drop predictions first")


def choose_tag(dataset: Dataset) -> Tag | None:
    tags = {tag.name: tag for tag in dataset.tags() if tag.prev_tag_id}
    help = "Rings mark its labeled samples and, in a second colour, those that its selection added"
    name = st.selectbox("Mark the samples of", [*tags, NOTHING], help=help if tags else "No tags yet: select first")
    return tags.get(name)


def marked_rows(dataset: Dataset, tag: Tag | None) -> tuple[Rows | None, Rows | None]:
    selection = workflow.read_selection(dataset, tag) if tag else None
    if tag is None or selection is None:
        return (tag.rows if tag else None), None
    is_added = rows_mask(selection.added_rows, dataset.n_samples)
    return tag.rows[~is_added[tag.rows]], selection.added_rows


def draw_map(
    dataset: Dataset, view: View, tag: Tag | None, colors: Values | Categories | None, masks: dict[str, Mask]
) -> Mask | None:
    """Draw the map and return which samples are inside the outline drawn on it, or None without outline."""
    labeled, added = marked_rows(dataset, tag)
    selection = embedding_map(
        view.points,
        key=f"map-{dataset.id}",
        digest=view.digest,
        colors=colors,
        labeled=labeled,
        added=added,
        shown=all_of(masks, dataset.n_samples) if masks else None,
        card_url=image_url(dataset, "{row}.json"),
        image_url=image_url(dataset, "{row}"),
        height=MAP_HEIGHT,
        generation=view.generation,
    )
    if selection.polygon is None:
        return None
    return rows_mask(selection.rows(view.points, colors), dataset.n_samples)


def show_images(dataset: Dataset, mask: Mask, column: Column | None, reasons: list[str]) -> None:
    rows: Rows = column.highest_first() if column else np.arange(len(mask))
    rows = rows[mask[rows]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Images**" + (f", highest {column.name} first" if column else ""), width="content")
        st.space("stretch")
        actions(dataset, rows, reasons)
    if not len(rows):
        st.info("No sample passes all filters at once. Remove one above.", icon=":material/filter_alt_off:")
        return
    if not dataset.has_images:
        st.caption("No images folder is set, so there is nothing to show of them: choose it on the Datasets page.")

    def caption(position: int) -> str:
        value = column.values[rows[position]] if column else rows[position]
        return "no value" if np.isnan(value) else f"{value:.3f}" if value.dtype.kind == "f" else f"{value:,}"

    opened = image_grid(dataset, rows, caption, key="explored-page")
    if opened is not None:
        show_sample(dataset, opened)


# A fragment: what is done here reruns only this part, not the sidebar and the rest of the app.
@st.fragment
def explore() -> None:
    dataset = state.require_dataset()
    numbers = columns.number_columns(dataset)
    color, tag, view = toolbar(dataset, numbers)
    filter_row = st.container(key="filter-row", horizontal=True, vertical_alignment="center", gap="small")
    left, right = st.columns([3, 2], gap="medium")
    masks = filters.masks(dataset, numbers)
    drawn = None
    with left:
        if view:
            drawn = draw_map(dataset, view, tag, columns.map_colors(dataset, numbers, color), masks)
        else:
            st.info("The map appears here as soon as there is an embedding.", icon=":material/scatter_plot:")
    st.session_state[DRAWN] = drawn is not None
    if drawn is not None:
        masks[filters.ON_MAP] = drawn
    mask = all_of(masks, dataset.n_samples)
    sorted_by = color if color in numbers else next(iter(numbers), None)
    with filter_row:
        filters.filter_row(dataset, int(mask.sum()), clear_lasso=None if drawn is None else clear_lasso)
    with right, st.container(height=MAP_HEIGHT if numbers else "content", border=False, gap="xsmall"):
        filters.histograms(dataset, numbers, masks, first=sorted_by, color=color, height=MAP_HEIGHT)
    if view and view.landmarks:
        st.caption(
            f"With {dataset.n_samples:,} samples a full UMAP takes too long: it laid out {view.landmarks:,} of them, "
            "chosen at random, and put every other one beside its nearest neighbours among those."
        )
    if view and not view.has_umap:
        show_umap_job(dataset, view.embedding)
    reasons = [*filters.in_words(filters.current(dataset)), *([] if drawn is None else [filters.ON_MAP])]
    show_images(dataset, mask, numbers.get(sorted_by), reasons)


st.title("Explore")
dataset = state.require_dataset()
st.caption(f"{dataset.name} · {dataset.n_samples:,} samples in total. Where is the model unsure, and what lies there?")
explore()
