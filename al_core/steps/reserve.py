"""The test share: a population, the reserve drawn from it, and what each round tests of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.evaluation.reserve import Reserve, ReserveStratum, count_of_share, draw_reserve
from al_core.exceptions import MissingInputError
from al_core.steps.chosen import added_rows, labeled_rows, selections
from al_core.steps.row_sets import NO_ROWS, union, within, without
from al_core.store.kinds import Kind
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import POPULATION, NewArrays, NewTag
from al_core.store.stored_json import read_record, to_json
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset, StoredArray

# Keeps the places of test samples in the sent list apart from other draws of the same seed.
PLACES_KEY = 0x5E47


@dataclass(frozen=True)
class ReserveAttributes:
    """What a stored part of the reserve was drawn with.

    Attributes:
        seed: Of the draw.
        groups: The column of the metadata whose groups were kept whole; empty if every sample stands for itself.
        n_samples: How many samples the dataset had.
        version: Of this layout.
    """

    seed: int = 0
    groups: str = ""
    n_samples: int = 0
    version: int = 1

    @classmethod
    def of(cls, stored: "StoredArray") -> "ReserveAttributes":
        """Return what a stored part was drawn with."""
        return read_record(cls, stored.attributes) or cls()


@dataclass(frozen=True)
class StoredReserve:
    """What is set aside for testing in a dataset.

    Attributes:
        reserve: The rows that no method picks, with their populations.
        barred: The reserve, and with groups all other rows of tested groups: none of them may be trained on.
        groups: The column of the metadata whose groups are kept whole, or None.
        new: The part of the reserve that is not stored yet, with the tag of its population.
    """

    reserve: Reserve
    barred: Rows
    groups: str | None = None
    new: tuple[NewArrays, NewTag] | None = None

    def next_rows(self, dataset: "Dataset", n_rows: int, chosen: Rows) -> Rows:
        """Return the test rows that a round labels, in drawn order; fewer if the reserve is used up."""
        return self.reserve.next_rows(n_rows, used=union([chosen, tested_rows(dataset, self)]))


def read_reserve(dataset: "Dataset", n_strata: int | None = None) -> StoredReserve | None:
    """Return what is set aside for testing, or was when the reserve had `n_strata` strata; None if nothing is."""
    # Each array is a stratum, named by its number from 1.
    stored = {int(array.name): array for array in dataset.arrays.all(Kind.RESERVE)}
    if not stored:
        return None
    summaries = dataset.tag_summaries()
    number_of = {tag.id: tag.sources[0] for tag in summaries if tag.is_population and tag.sources}
    populations = {number_of[tag.id]: tag.rows for tag in dataset.tags_by_id(number_of)}
    numbers = sorted(stored)[:n_strata]
    strata = []
    for number in numbers:
        drawn = np.asarray(dataset.arrays.read(stored[number]), np.int64)
        strata.append(ReserveStratum(populations.get(str(number), NO_ROWS), drawn))
    # All strata keep the groups of the first one whole.
    column = ReserveAttributes.of(stored[numbers[0]]).groups or None
    reserve = Reserve(tuple(strata))
    return StoredReserve(reserve, reserve.barred_rows(group_numbers(dataset, column)), column)


def planned_reserve(
    dataset: "Dataset", config: SelectionConfig, query_rows: Rows, chosen: Rows
) -> StoredReserve | None:
    """Return what is set aside for testing once a selection is stored; None if no test share was ever used.

    With the first test share the population is fixed: the query set without what was chosen before. Samples that have
    arrived since are drawn from with the next test share, as a stratum of their own.

    Raises:
        InvalidInputError: If the query set is too small to set anything aside.
        MissingInputError: If there is no such column of groups.
    """
    present = read_reserve(dataset)
    if not config.test_share:
        return present
    seed = config.seed or 0
    if present is None:
        groups = config.test_groups
        codes = group_numbers(dataset, groups)
        population = without(query_rows, chosen)
        drawn = draw_reserve(population, seed, codes)
        return _with_new(dataset, drawn, groups, codes, seed)
    codes = group_numbers(dataset, present.groups)
    # Rows are fixed for life: what came after a draw has a number from the size of the dataset then.
    is_arrival = query_rows >= _n_samples_drawn_from(dataset)
    arrivals = without(query_rows[is_arrival], chosen)
    # A reserve of fewer would leave nothing to train on.
    if len(arrivals) < 2:
        return present
    enlarged = present.reserve.enlarged(arrivals, seed, codes)
    is_larger = len(enlarged.strata) > len(present.reserve.strata)
    return _with_new(dataset, enlarged, present.groups, codes, seed) if is_larger else present


def tested_rows(dataset: "Dataset", share: StoredReserve) -> Rows:
    """Return the rows of the reserve that are labeled or part of a selection, ascending."""
    added = [added_rows(dataset, tag) for tag in selections(dataset)]
    used = union([labeled_rows(dataset), *added])
    return within(used, share.reserve.rows)


def count_test_rows(config: SelectionConfig, n_chosen: int) -> int:
    """Return how many samples of a round test, of which `n_chosen` samples of `n_samples` were chosen before.

    Examples:
        >>> count_test_rows(SelectionConfig(n_samples=150, test_share=0.1), n_chosen=50)
        10
    """
    return count_of_share(max(config.n_samples - n_chosen, 0), config.test_share)


def count_of_picked(config: SelectionConfig, n_picked: int) -> int:
    """Return how many samples test beside so many that a method picked without a limit on their number.

    Examples:
        >>> count_of_picked(SelectionConfig(n_samples=-1, min_distance=0.5, test_share=0.1), n_picked=90)
        10
    """
    # The share is of all new samples, and the picked ones are the rest of them.
    return count_of_share(n_picked, config.test_share / (1 - config.test_share))


def mixed(picked: Rows, tests: Rows, seed: int) -> Rows:
    """Return picked rows in their order, with test rows at random places: the list does not show which they are.

    Examples:
        >>> mixed(np.array([5, 3, 9]), np.array([7]), seed=1).tolist()
        [5, 3, 9, 7]
    """
    n_rows = len(picked) + len(tests)
    places = np.random.default_rng((seed, PLACES_KEY)).choice(n_rows, len(tests), replace=False)
    rows = np.empty(n_rows, np.int64)
    is_test = np.zeros(n_rows, bool)
    is_test[places] = True
    rows[is_test] = tests
    rows[~is_test] = picked
    return rows


def group_numbers(dataset: "Dataset", column: str | None) -> NDArray[np.int64] | None:
    """Return a number for each sample, equal within a group of the column; a sample without a value is a group alone.

    Raises:
        MissingInputError: If there is no such column of the metadata.
    """
    if column is None:
        return None
    stored = dataset.arrays.find(Kind.CATEGORY, column) or dataset.arrays.find(Kind.METADATA, column)
    if stored is None:
        columns = [*dataset.arrays.all(Kind.CATEGORY), *dataset.arrays.all(Kind.METADATA)]
        names = ", ".join(array.name for array in columns) or "none yet"
        raise MissingInputError(f"there is no metadata '{column}' to keep groups together by; there is: {names}")
    values = dataset.arrays.read(stored)
    _, codes = np.unique(values, return_inverse=True)
    numbers = codes.astype(np.int64)
    is_missing = values < 0 if stored.kind == Kind.CATEGORY else np.isnan(values)
    # Each is a group of its own, with a negative number that no other group has.
    numbers[is_missing] = -1 - np.flatnonzero(is_missing)
    return numbers


def _n_samples_drawn_from(dataset: "Dataset") -> int:
    return max(ReserveAttributes.of(stored).n_samples for stored in dataset.arrays.all(Kind.RESERVE))


def _with_new(
    dataset: "Dataset", reserve: Reserve, groups: str | None, codes: NDArray[np.int64] | None, seed: int
) -> StoredReserve:
    """Return a test share whose last stratum is to be stored."""
    number = str(len(reserve.strata))
    stratum = reserve.strata[-1]
    attributes = ReserveAttributes(seed, groups or "", dataset.n_samples)
    arrays = NewArrays(Kind.RESERVE, {number: stratum.drawn}, to_json(attributes))
    provenance = Provenance(POPULATION, (number,), role=TagRole.REGION)
    name = "population" if number == "1" else f"population-{number}"
    tag = NewTag(name, stratum.population, provenance)
    # Array and tag go with the selection: they are stored in its transaction, or not at all.
    return StoredReserve(reserve, reserve.barred_rows(codes), groups, new=(arrays, tag))
