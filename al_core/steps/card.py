"""The card of a stored selection against RANDOM: computed once, kept beside it, repeatable from its seeds."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from al_core.evaluation import (
    Amount,
    AmountKind,
    Card,
    CardFigure,
    PredictedClasses,
    Strip,
    UncoveredRegion,
    card,
    draw_seeds,
)
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.card_amounts import Picks, amounts_of
from al_core.steps.predictions import find_predictions, predictions_of
from al_core.steps.provenance import find_source
from al_core.steps.round_plan import RoundPlan
from al_core.steps.row_sets import without
from al_core.steps.selections import Selection
from al_core.steps.stored_pool import StoredPool
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray, Tag
from al_core.store.stored_json import read_record, to_json
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

FIGURES = ("coverage", "redundancy", "far_distance")
"""The first rows of the array that keeps a card; its first column is the selection, the others are RANDOM's draws."""

CARD_VERSION = 2
"""A card that an earlier version stored is measured anew."""


@dataclass(frozen=True)
class CardAttributes:
    """What the array of a card has beside it.

    Attributes:
        seeds: Of RANDOM's draws, in the order of the columns.
        region_rows: The rows in the middle of the largest uncovered regions.
        region_sizes: About how many rows each region has.
        is_weighted: Whether coverage is weighted by scores.
        n_sampled: From how many rows distances were measured.
        amounts: The kinds of the rows of the array behind those of `FIGURES`.
        totals: How many there are at most of each of them.
        class_names: The predicted classes, the most frequent first.
        class_shares: (3, C) their shares in the pool, in RANDOM's draws and among the picks.
        left_out: Share of the images that the selection did not choose from.
        version: Of this layout. Cards of version 1, without amounts, are made again.
    """

    seeds: tuple[int, ...]
    region_rows: tuple[int, ...] = ()
    region_sizes: tuple[int, ...] = ()
    is_weighted: bool = False
    n_sampled: int = 0
    amounts: tuple[str, ...] = ()
    totals: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()
    class_shares: tuple[tuple[float, ...], ...] = ()
    left_out: float = 0.0
    version: int = CARD_VERSION


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
    if stored is None or attributes is None or attributes.version < CARD_VERSION:
        return None
    return _read(dataset, stored, attributes)


def card_seeds(dataset: "Dataset", tag: Tag) -> tuple[int, ...]:
    """Return the seeds of RANDOM's draws on the stored card of a tag; empty without a card."""
    stored = dataset.arrays.find(Kind.CARD, tag.id)
    attributes = read_record(CardAttributes, stored.attributes) if stored else None
    return attributes.seeds if attributes else ()


def measured_card(
    source: StoredPool,
    rows: Rows,
    query: Tag | None,
    predictions: StoredArray | None,
    *,
    seed: int,
) -> Card:
    """Return the card of picks beside RANDOM's draws.

    Args:
        source: What they were picked from.
        rows: The picks.
        query: The tag that they were chosen from; None for all samples.
        predictions: What the model says of the images; None without a model.
        seed: Of the selection; fixes the draws, and from which rows distances are measured.

    Raises:
        InvalidInputError: If RANDOM finds nothing to draw.
    """
    dataset = source.request.dataset
    # RANDOM draws under the same limits and budget: the card compares methods, not constraints.
    draws = source.draws(len(rows), draw_seeds(seed))
    measured = card(source.pool, rows, draws, seed=seed)
    pool = without(source.request.query_rows, source.request.labeled_rows)
    amounts, classes = amounts_of(dataset, predictions, Picks(pool, rows, draws))
    left_out = 1 - query.size / dataset.n_samples if query else 0.0
    return replace(measured, amounts=amounts, classes=classes, left_out=left_out)


def _query_tag(dataset: "Dataset", tag: Tag) -> Tag | None:
    return dataset.find_tag_by_id(tag.query_tag_id)


def _compute(dataset: "Dataset", selection: Selection) -> Card:
    picked = selection.picked_rows
    if not len(picked):
        raise MissingInputError("the selection picked nothing that RANDOM could be compared with")
    source = StoredPool.of(dataset, selection)
    seed = selection.config.seed or 0
    predictions = _predictions_before(dataset, selection.tag)
    try:
        computed = measured_card(source, picked, _query_tag(dataset, selection.tag), predictions, seed=seed)
    except InvalidInputError as error:
        raise MissingInputError(f"the picks cannot be compared with RANDOM: {error}") from error
    if not dataset.is_read_only:
        _save(dataset, selection.tag, computed, draw_seeds(seed))
    return computed


def _predictions_before(dataset: "Dataset", tag: Tag) -> StoredArray | None:
    """Return the predictions that a selection was made with; a model that came later may have learned its labels."""
    source = tag.provenance.score
    score = find_source(dataset, Kind.SCORE, source) if source else None
    scored = predictions_of(dataset, score) if score else None
    stored = scored or find_predictions(dataset)
    return stored if stored and stored.created_at <= tag.created_at else None


def _save(dataset: "Dataset", tag: Tag, computed: Card, seeds: list[int]) -> None:
    # One row a figure: those of `FIGURES`, then the amounts, the order in which `_read` takes them apart.
    strips = [figure.strip for figure in computed.figures()]
    figures = np.array([(strip.selected, *strip.random) for strip in strips])
    classes = computed.classes
    attributes = CardAttributes(
        tuple(seeds),
        tuple(region.row for region in computed.regions),
        tuple(region.n_rows for region in computed.regions),
        computed.is_weighted,
        computed.n_sampled,
        tuple(str(amount.kind) for amount in computed.amounts),
        tuple(amount.total for amount in computed.amounts),
        classes.names if classes else (),
        (classes.pool, classes.random, classes.selected) if classes else (),
        computed.left_out,
    )
    dataset.arrays.save(Kind.CARD, {tag.id: figures}, to_json(attributes))


def _read(dataset: "Dataset", stored: StoredArray, attributes: CardAttributes) -> Card:
    figures = dataset.arrays.read(stored).tolist()
    rows = [Strip(selected, tuple(random)) for selected, *random in figures]
    strips = dict(zip(FIGURES, rows[: len(FIGURES)], strict=True))
    kinds = zip(attributes.amounts, rows[len(FIGURES) :], attributes.totals, strict=True)
    regions = zip(attributes.region_rows, attributes.region_sizes, strict=True)
    return Card(
        coverage=strips["coverage"],
        redundancy=strips["redundancy"],
        far_distance=strips["far_distance"],
        regions=tuple(UncoveredRegion(row, n_rows) for row, n_rows in regions),
        is_weighted=attributes.is_weighted,
        n_sampled=attributes.n_sampled,
        amounts=tuple(Amount(AmountKind(kind), strip, total) for kind, strip, total in kinds),
        classes=_classes(attributes),
        left_out=attributes.left_out,
    )


def _classes(attributes: CardAttributes) -> PredictedClasses | None:
    if not attributes.class_names:
        return None
    pool, random, selected = (tuple(shares) for shares in attributes.class_shares)
    return PredictedClasses(tuple(attributes.class_names), pool, random, selected)


def figures_with_price(card: Card, plan: RoundPlan, n_picked: int) -> list[CardFigure]:
    """Return the figures of a card, with what its labels cost once prices were said."""
    figures = card.figures()
    if not plan.has_prices:
        return figures
    of_objects = (amount.strip for amount in card.amounts if amount.kind is AmountKind.OBJECTS)
    objects = next(of_objects, None)
    if plan.price_per_object and objects is None:
        # Without predictions of objects nobody knows their number.
        return figures
    counts = objects or Strip(0, (0,) * len(card.coverage.random))
    price_of_picks = plan.cost(n_picked, counts.selected)
    prices_of_draws = tuple(plan.cost(n_picked, count) for count in counts.random)
    price = Strip(price_of_picks, prices_of_draws)
    sentence = f"the labels of the picks cost about {plan.amount(price.selected)}; RANDOM {plan.amount(price.low)}"
    if price.high > price.low:
        sentence += f" to {plan.amount(price.high)}"
    return [*figures, CardFigure(price, sentence)]
