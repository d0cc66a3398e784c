"""The card of a stored selection against RANDOM: computed once, kept beside it, repeatable from its seeds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from al_core.evaluation import Card, Strip, UncoveredRegion, card, draw_seeds
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.selections import Selection
from al_core.steps.stored_pool import StoredPool
from al_core.store.records import Kind, StoredArray, Tag
from al_core.store.stored_json import read_record, to_json

if TYPE_CHECKING:
    from al_core.store import Dataset

FIGURES = ("coverage", "redundancy", "far_distance")
"""The rows of the array that keeps a card; its first column is the selection, the others are RANDOM's draws."""


@dataclass(frozen=True)
class CardAttributes:
    """What the array of a card has beside it.

    Attributes:
        seeds: Of RANDOM's draws, in the order of the columns.
        region_rows: The rows in the middle of the largest uncovered regions.
        region_sizes: About how many rows each region has.
        is_weighted: Whether coverage is weighted by scores.
        n_sampled: From how many rows distances were measured.
        version: Of this layout.
    """

    seeds: tuple[int, ...]
    region_rows: tuple[int, ...] = ()
    region_sizes: tuple[int, ...] = ()
    is_weighted: bool = False
    n_sampled: int = 0
    version: int = 1


def selection_card(dataset: "Dataset", selection: Selection) -> Card:
    """Return the card of a selection, computed once and then read from disk.

    Raises:
        MissingInputError: If the selection picked nothing, or what it was made from is gone.
    """
    stored = find_card(dataset, selection.tag)
    if stored:
        return stored
    if dataset.server:
        return dataset.server.card(selection.tag)
    return _compute(dataset, selection)


def find_card(dataset: "Dataset", tag: Tag) -> Card | None:
    """Return the card that was stored for a selection's tag, or None."""
    stored = dataset.arrays.find(Kind.CARD, tag.id)
    attributes = read_record(CardAttributes, stored.attributes) if stored else None
    return _read(dataset, stored, attributes) if stored and attributes else None


def card_seeds(dataset: "Dataset", tag: Tag) -> tuple[int, ...]:
    """Return the seeds of RANDOM's draws on the stored card of a tag; empty without a card."""
    stored = dataset.arrays.find(Kind.CARD, tag.id)
    attributes = read_record(CardAttributes, stored.attributes) if stored else None
    return attributes.seeds if attributes else ()


def _compute(dataset: "Dataset", selection: Selection) -> Card:
    picked = selection.picked_rows
    if not len(picked):
        raise MissingInputError("the selection picked nothing that RANDOM could be compared with")
    source = StoredPool.of(dataset, selection)
    seeds = draw_seeds(selection.config.seed or 0)
    try:
        draws = [source.draw(len(picked), seed) for seed in seeds]
        computed = card(source.pool, picked, draws, seed=selection.config.seed or 0)
    except InvalidInputError as error:
        raise MissingInputError(f"the picks cannot be compared with RANDOM: {error}") from error
    if not dataset.is_read_only:
        _save(dataset, selection.tag, computed, seeds)
    return computed


def _save(dataset: "Dataset", tag: Tag, computed: Card, seeds: list[int]) -> None:
    strips: list[Strip] = [getattr(computed, figure) for figure in FIGURES]
    figures = np.array([(strip.selected, *strip.random) for strip in strips])
    attributes = CardAttributes(
        tuple(seeds),
        tuple(region.row for region in computed.regions),
        tuple(region.n_rows for region in computed.regions),
        computed.is_weighted,
        computed.n_sampled,
    )
    dataset.arrays.save(Kind.CARD, {tag.id: figures}, to_json(attributes))


def _read(dataset: "Dataset", stored: StoredArray, attributes: CardAttributes) -> Card:
    figures = dataset.arrays.read(stored).tolist()
    strips = {name: Strip(selected, tuple(random)) for name, (selected, *random) in zip(FIGURES, figures, strict=True)}
    regions = zip(attributes.region_rows, attributes.region_sizes, strict=True)
    return Card(
        coverage=strips["coverage"],
        redundancy=strips["redundancy"],
        far_distance=strips["far_distance"],
        regions=tuple(UncoveredRegion(row, n_rows) for row, n_rows in regions),
        is_weighted=attributes.is_weighted,
        n_sampled=attributes.n_sampled,
    )
