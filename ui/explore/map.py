"""The map of Explore with what is drawn on it."""

from dataclasses import replace

import numpy as np

from al_core.explore.address import Outline
from al_core.explore.filters import Mask, all_of, rows_mask
from al_core.steps.next_batch import NextBatch
from al_core.store import Dataset
from ui.embedding_map import Categories, Ring, Rings, Values, embedding_map
from ui.explore import outlines
from ui.explore.layout import MAP_HEIGHT
from ui.explore.view import View
from ui.images import image_url
from ui.session import key_of


def map_key(dataset: Dataset) -> str:
    """Return the name of the map's widget."""
    return key_of("map", dataset.id)


def draw_map(
    dataset: Dataset,
    view: View,
    rings: Rings,
    colors: Values | Categories | None,
    masks: dict[str, Mask],
    batch: NextBatch | None,
) -> Mask | None:
    """Draw the map and return which images are inside the outline drawn on it, or None without outline."""
    if batch:
        rings = replace(rings, highlight=Ring("Next to label", batch.rows, glows=True))
    returning = outlines.returning(dataset, view.name)
    selection = embedding_map(
        view.points,
        key=map_key(dataset),
        digest=view.digest,
        colors=colors,
        rings=rings,
        shown=all_of(masks, dataset.n_samples) if masks else None,
        card_url=image_url(dataset, "{row}.json"),
        image_url=image_url(dataset, "{row}") if dataset.has_images else None,
        height=MAP_HEIGHT,
        can_dock=True,
        generation=view.generation,
        outline=np.array(returning.polygon) if returning else None,
    )
    polygon = selection.polygon
    drawn = None if polygon is None else Outline(view.name, tuple((x, y) for x, y in polygon.tolist()))
    outlines.note(dataset, drawn, is_from_browser=selection.is_reported)
    if drawn is None:
        return None
    return rows_mask(selection.rows(view.points, colors), dataset.n_samples)
