"""The test share: rows drawn at random that no method may pick, so that accuracy on them is accuracy on the population.

Labels of rows that a method chose say nothing about the rest of the data. So a reserve is drawn uniformly before any
selection, and each round labels its next rows in drawn order. All test labels together are then one simple random
sample of the population, valid for every model (Cochran, Sampling Techniques, 3rd edition 1977, §2.1). Rows that arrive
later are a stratum of their own (§5.1 there).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.selection.draws import draw_per_row
from al_core.types import Rows

RESERVE_SHARE = 0.1
"""The share of a population that is set aside."""

RESERVE_LIMIT = 2_000
"""Never more rows than this: enough to tell accuracies that are 2 points apart (`labels_for_claim`)."""

# Keeps the reserve apart from a RANDOM selection of the same seed, which would read the same draws.
_RESERVE_KEY = 0x7E57_5EED << 64
_ORDER_KEY = 0x0D0E_5EED << 64


@dataclass(frozen=True, eq=False)
class ReserveStratum:
    """A population and the rows drawn from it.

    Attributes:
        population: Rows that the stratum speaks for, ascending.
        drawn: The reserve in the order in which its rows are labeled.
    """

    population: Rows
    drawn: Rows

    def next_rows(self, used: Rows) -> Rows:
        """Return what is left of the reserve, in drawn order, without the rows already sent or labeled."""
        return self.drawn[~np.isin(self.drawn, used)]


@dataclass(frozen=True, eq=False)
class Reserve:
    """All rows set aside for testing: one stratum for the first population, one for each later arrival.

    Attributes:
        strata: The oldest first.
    """

    strata: tuple[ReserveStratum, ...]

    @property
    def rows(self) -> Rows:
        """Every row that no method may pick, ascending."""
        return np.sort(np.concatenate([np.empty(0, np.int64), *(stratum.drawn for stratum in self.strata)]))

    @property
    def population(self) -> Rows:
        """Every row that accuracy on the reserve is a statement about, ascending."""
        return np.sort(np.concatenate([np.empty(0, np.int64), *(stratum.population for stratum in self.strata)]))

    def next_rows(self, n_rows: int, used: Rows | Sequence[int] = ()) -> Rows:
        """Return the next test rows, fewer if the reserve is used up.

        Each row comes from the stratum that is tested least for its size, so a new arrival catches up with the rest.

        Args:
            n_rows: How many the round should label.
            used: Test rows that were sent or labeled before.

        Examples:
            >>> old = ReserveStratum(population=np.arange(100), drawn=np.array([40, 7, 93]))
            >>> new = ReserveStratum(population=np.arange(100, 150), drawn=np.array([120, 101]))
            >>> Reserve((old, new)).next_rows(3, used=[40])
            array([120,   7,  93])
        """
        used_rows = np.asarray(used, np.int64)
        waiting = [stratum.next_rows(used_rows).tolist() for stratum in self.strata]
        n_tested = [len(stratum.drawn) - len(rows) for stratum, rows in zip(self.strata, waiting, strict=True)]
        chosen: list[int] = []
        while len(chosen) < n_rows and any(waiting):
            open_strata = [number for number, rows in enumerate(waiting) if rows]
            # The oldest among equals.
            least = min(open_strata, key=lambda number: n_tested[number] / len(self.strata[number].population))
            chosen.append(waiting[least].pop(0))
            n_tested[least] += 1
        return np.array(chosen, np.int64)

    def stratum_of(self, rows: Rows) -> NDArray[np.int64]:
        """Return the number of the stratum that each test row was drawn for, (n,).

        Raises:
            InvalidInputError: If a row is not in the reserve.
        """
        numbers = np.full(len(rows), -1, np.int64)
        for number, stratum in enumerate(self.strata):
            numbers[np.isin(rows, stratum.drawn)] = number
        strangers = rows[numbers < 0]
        if len(strangers):
            raise InvalidInputError(f"row {strangers[0]} is not in the test reserve; its label is not a test label")
        return numbers

    def stratum_shares(self) -> NDArray[np.float64]:
        """Return the share of the whole population that each stratum speaks for; they add up to 1."""
        sizes = np.array([len(stratum.population) for stratum in self.strata], np.float64)
        shares: NDArray[np.float64] = sizes / sizes.sum()
        return shares

    def enlarged(self, arrivals: Rows, seed: int, groups: NDArray[np.int64] | None = None) -> "Reserve":
        """Return the reserve with a fresh draw from rows that arrived later, as a stratum of their own.

        With groups only arrivals of new groups are drawn from: the others belong to a group that was either tested or
        trained on before. What arrived for a tested group must not be trained on (`barred_rows`).

        Args:
            arrivals: Rows that are in no population yet.
            seed: Fixes the draw.
            groups: (N,) group of each row of the dataset.

        Raises:
            InvalidInputError: If a row belongs to a population already.
        """
        repeated = np.intersect1d(arrivals, self.population)
        if len(repeated):
            raise InvalidInputError(f"row {repeated[0]} is in the population already; only new arrivals are drawn from")
        if groups is not None:
            arrivals = arrivals[~np.isin(groups[arrivals], groups[self.population])]
        if not len(arrivals):
            return self
        return Reserve((*self.strata, *draw_reserve(arrivals, seed, groups).strata))

    def barred_rows(self, groups: NDArray[np.int64] | None = None) -> Rows:
        """Return the rows that must never be trained on, ascending: the reserve, and all rows of a tested group."""
        if groups is None:
            return self.rows
        return np.flatnonzero(np.isin(groups, groups[self.rows]))


def draw_reserve(
    population: Rows, seed: int, groups: NDArray[np.int64] | None = None, *, share: float = RESERVE_SHARE
) -> Reserve:
    """Draw a reserve uniformly from a population: a tenth of it, at most 2,000 rows.

    With groups (sequences, patients, cameras) whole groups are drawn, so that no training image shares one with a test
    image. Rows are labeled in random order across the drawn groups: the first test labels then come from many of them.

    Args:
        population: Rows that accuracy should be a statement about; none of them may have been labeled by a method.
        seed: Fixes the draw; the same seed draws the same rows on every machine.
        groups: (N,) group of each row of the dataset.
        share: The share of the population, or of its groups, that is set aside.

    Raises:
        InvalidInputError: If the population has fewer than 2 rows or groups, so that nothing would be left to train on,
            or the share is not above 0 and below 1.

    Examples:
        >>> reserve = draw_reserve(np.arange(50), seed=1)
        >>> len(reserve.rows), len(reserve.population)
        (5, 50)
    """
    if not len(population):
        raise InvalidInputError("the population is empty: a test reserve needs rows to be drawn from")
    if not 0 < share < 1:
        raise InvalidInputError(f"the share of the reserve lies between 0 and 1, not {share}")
    rows = np.sort(population)
    # Without groups every row is a group of its own.
    drawn = _draw_groups(rows, rows if groups is None else groups[rows], share, seed)
    return Reserve((ReserveStratum(rows, _in_random_order(drawn, seed)),))


def count_of_share(n_new: int, test_share: float) -> int:
    """Return how many of a round's new labels are test labels, rounded up: a share above 0 tests every round.

    Examples:
        >>> count_of_share(100, 0.1), count_of_share(5, 0.1), count_of_share(5, 0)
        (10, 1, 0)
    """
    # 0.1 times 30 is slightly more than 3 in binary.
    return int(np.ceil(round(n_new * test_share, 9)))


def _n_reserved(n_units: int, n_rows: int, share: float) -> int:
    """Return how many units (rows or groups) to set aside so that about `RESERVE_LIMIT` rows are the most."""
    most = int(RESERVE_LIMIT * n_units / n_rows)
    return max(1, min(int(np.ceil(round(share * n_units, 9))), most))


def _draw_groups(rows: Rows, group_of: NDArray[np.int64], share: float, seed: int) -> Rows:
    # Group numbers may be negative or huge; what is drawn are their places in the sorted list.
    numbers, place_of = np.unique(group_of, return_inverse=True)
    if len(numbers) < 2:
        raise InvalidInputError(
            "the whole population is a single row or group: a reserve would leave nothing to train on"
        )
    draws = draw_per_row(np.arange(len(numbers)), seed + _RESERVE_KEY)
    n_drawn = _n_reserved(len(numbers), len(rows), share)
    # Up to the last one drawn, which needs no order of all: sorting 100,000 draws takes ten times as long.
    is_drawn: NDArray[np.bool_] = draws <= np.partition(draws, n_drawn - 1)[n_drawn - 1]
    return rows[is_drawn[place_of]]


def _in_random_order(rows: Rows, seed: int) -> Rows:
    # In ascending order for `draw_per_row`; the draws then say which comes when.
    ordered = np.sort(rows)
    return ordered[np.argsort(draw_per_row(ordered, seed + _ORDER_KEY), kind="stable")]
