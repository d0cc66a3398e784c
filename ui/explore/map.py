"""The map of Explore with what is drawn on it, and its toolbar."""

import streamlit as st

from al_core import workflow
from al_core.explore.filters import Mask, all_of, rows_mask
from al_core.store import Dataset, Kind, Tag
from al_core.types import Rows
from ui.embedding_map import Categories, Values, embedding_map
from ui.explore import columns
from ui.explore.columns import Column
from ui.explore.view import View
from ui.images import image_url
from ui.session import key_of

MAP_HEIGHT = 540
NOTHING = "nothing"


def choose_color(dataset: Dataset, numbers: dict[str, Column]) -> str:
    """Draw the choice of what the colors of the map mean."""
    scores = [name for name, column in numbers.items() if column.is_score]
    metadata = [name for name in numbers if name not in scores]
    classes = [columns.PREDICTED] if dataset.arrays.newest(Kind.PREDICTION) else []
    options = [*scores, *classes, columns.TAG, *metadata, *columns.text_columns(dataset), NOTHING]
    hint = "Column that colors the map; numeric columns also sort the images"
    return st.selectbox("Color by", options, help=hint if scores else f"{hint}. No scores yet: drop predictions first")


def choose_tag(dataset: Dataset) -> Tag | None:
    """Draw the choice of the tag whose images have rings."""
    # Without the root: rings around every image would mark nothing.
    tags = {tag.name: tag for tag in dataset.tags() if tag.parent_id}
    hint = "Rings mark its labeled images and, in a second color, those that its selection added"
    name = st.selectbox("Highlight tag", [*tags, NOTHING], help=hint if tags else "No tags yet: select first")
    return tags.get(name)


def map_key(dataset: Dataset) -> str:
    """Return the name of the map's widget."""
    return key_of("map", dataset.id)


def draw_map(
    dataset: Dataset, view: View, tag: Tag | None, colors: Values | Categories | None, masks: dict[str, Mask]
) -> Mask | None:
    """Draw the map and return which images are inside the outline drawn on it, or None without outline."""
    labeled, added = _marked_rows(dataset, tag)
    selection = embedding_map(
        view.points,
        key=map_key(dataset),
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


def _marked_rows(dataset: Dataset, tag: Tag | None) -> tuple[Rows | None, Rows | None]:
    """Return the rows that are labeled and those that the tag's selection added."""
    if tag is None:
        return None, None
    selection = workflow.read_selection(dataset, tag)
    if selection is None:
        return tag.rows, None
    is_added = rows_mask(selection.added_rows, dataset.n_samples)
    return tag.rows[~is_added[tag.rows]], selection.added_rows
