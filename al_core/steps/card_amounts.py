"""What picks come to by the model's predictions and the images' metadata, beside RANDOM's draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Amount, AmountKind, PredictedClasses, Strip, class_shares, column_strip
from al_core.exceptions import MissingInputError
from al_core.steps.expected_objects import objects_per_expected
from al_core.steps.predictions import annotations_of, task_of
from al_core.store.kinds import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset, StoredArray

MOST_CLASSES = 100
"""The classes that a card keeps and draws, the most frequent ones: more bars are not told apart."""

_MOST_POOL_ROWS = 20_000
"""Of a larger pool so many rows, evenly spread, tell how often classes are predicted to a third of a percent."""

_TAIL = 0.01
"""Share of the images at each end of sharpness and brightness that are called hardly readable."""

_LEAST_PRESENT = 0.5
"""A class is among the picks if at least half an object of it is expected there."""


@dataclass(frozen=True, eq=False)
class Picks:
    """What a card is about.

    Attributes:
        pool: Rows that could be picked, ascending.
        rows: The picks.
        draws: RANDOM's picks.
    """

    pool: Rows
    rows: Rows
    draws: Sequence[Rows]


def amounts_of(
    dataset: "Dataset", predictions: "StoredArray | None", picks: Picks
) -> tuple[tuple[Amount, ...], PredictedClasses | None]:
    """Return what picks come to, and their predicted classes; nothing of what the dataset does not have."""
    classes = None
    amounts: list[Amount] = []
    if predictions is not None:
        amounts, classes = _predicted(dataset, predictions, picks)
    unreadable = _hardly_readable(dataset)
    if unreadable is not None:
        amounts.append(Amount(AmountKind.UNREADABLE, column_strip(unreadable, picks.rows, picks.draws)))
    return tuple(amounts), classes


def _predicted(
    dataset: "Dataset", predictions: "StoredArray", picks: Picks
) -> tuple[list[Amount], PredictedClasses | None]:
    task = task_of(predictions)
    n_pool = min(len(picks.pool), _MOST_POOL_ROWS)
    evenly_spread = np.linspace(0, len(picks.pool) - 1, n_pool).astype(int)
    pool = picks.pool[np.unique(evenly_spread)]
    # Not all rows: the amounts of a million samples and a thousand classes would be 4 GB.
    involved = np.unique(np.concatenate([pool, picks.rows, *picks.draws]))
    every = annotations_of(dataset, predictions)
    annotations = every.take(involved)
    # From here on rows are positions among the involved ones.
    inside = Picks(
        pool=_places(involved, pool),
        rows=_places(involved, picks.rows),
        draws=[_places(involved, draw) for draw in picks.draws],
    )
    corrections = task.expected_corrections(annotations, len(involved))
    objects = task.expected_objects(annotations, len(involved))
    if objects is not None:
        objects = objects * np.float32(objects_per_expected(dataset, predictions, every))
    amounts = []
    for kind, values in ((AmountKind.CORRECTIONS, corrections), (AmountKind.OBJECTS, objects)):
        if values is not None:
            amounts.append(Amount(kind, column_strip(values, inside.rows, inside.draws)))
    try:
        by_class = np.asarray(task.class_amounts(annotations, len(involved)), np.float64)
    except MissingInputError:
        # Keypoints may come without classes: the other amounts still stand.
        return amounts, None
    n_in_picks = _n_present(by_class, inside.rows)
    n_in_draws = tuple(_n_present(by_class, draw) for draw in inside.draws)
    n_present = Strip(n_in_picks, n_in_draws)
    n_in_pool = int(_n_present(by_class, inside.pool))
    amounts.insert(0, Amount(AmountKind.CLASSES, n_present, n_in_pool))
    return amounts, _classes(tuple(annotations.class_names), by_class, inside)


def _classes(names: tuple[str, ...], by_class: NDArray[np.float64], picks: Picks) -> PredictedClasses:
    means = class_shares(by_class, picks.pool, picks.rows, picks.draws)
    order = np.argsort(-means.pool, kind="stable")[:MOST_CLASSES]

    def shown(amounts: NDArray[np.float64]) -> tuple[float, ...]:
        # Five digits: what a bar shows, and short in JSON.
        return tuple(_shares(amounts)[order].round(5).tolist())

    chosen = tuple(names[place] for place in order.tolist())
    return PredictedClasses(chosen, shown(means.pool), shown(means.random), shown(means.selected))


def _shares(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = amounts.sum()
    return amounts / total if total > 0 else amounts


def _n_present(by_class: NDArray[np.float64], rows: Rows) -> float:
    expected = by_class[rows].sum(axis=0)
    return float((expected >= _LEAST_PRESENT).sum())


def _places(involved: Rows, rows: Rows) -> Rows:
    places: Rows = np.searchsorted(involved, rows)
    return places


def _hardly_readable(dataset: "Dataset") -> NDArray[np.float64] | None:
    """Return (N,) 1 for images that are blurred, dark or bright beyond nearly all others; None without measures."""
    is_out = np.zeros(dataset.n_samples, bool)
    tails = (("sharpness", (_TAIL,)), ("brightness", (_TAIL, 1 - _TAIL)))
    is_measured = False
    for name, quantiles in tails:
        stored = dataset.arrays.find(Kind.METADATA, name)
        if stored is None:
            continue
        values = np.asarray(dataset.arrays.read(stored), np.float64)
        if np.isnan(values).all():
            continue
        is_measured = True
        low, *high = np.nanquantile(values, quantiles).tolist()
        # An image without the measure beside others that have it could not be read.
        is_out |= (values < low) | np.isnan(values)
        if high:
            is_out |= values > high[0]
    return is_out.astype(np.float64) if is_measured else None
