"""Taking back a selection, with all that was stored in its transaction."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from al_core.store.kinds import Kind
from al_core.store.records import Tag

if TYPE_CHECKING:
    from al_core.store import Dataset, LocalDataset


def take_back_selection(dataset: "LocalDataset", selected: Tag) -> None:
    """Remove a selection: its tag and order, that it was sent, its round, and what it set aside for testing.

    A population that it fixed stays if another selection keeps away from its reserve by now.

    Raises:
        NotAllowedError: If another tag was made from it.
        NotFoundError: If it has been deleted.
    """
    tag = dataset.tag_by_id(selected.id)
    tests = list(_test_tags(dataset, tag))
    population = _population_fixed_by(dataset, tag)
    beside = [*tests, population] if population else tests
    # A population's tag names the number of the stratum that was drawn with it where others name their sources.
    reserve = population.provenance.tags[0] if population else None
    dataset.take_back_selection(tag, beside, reserve)


def _test_tags(dataset: "Dataset", tag: Tag) -> Iterator[Tag]:
    config = tag.provenance.config
    rows = frozenset(tag.rows.tolist())
    for other in dataset.tags():
        is_of_tests = other.provenance.operation == "test" and _is_no_older(other, tag)
        is_of_name = config is not None and other.provenance.tags == (config.name,)
        if is_of_tests and is_of_name and rows.issuperset(other.rows.tolist()):
            yield other


def _population_fixed_by(dataset: "Dataset", tag: Tag) -> Tag | None:
    """Return the population of the newest part of the test reserve, if this selection drew it and no other knows it."""
    number = tag.provenance.n_strata
    if number is None or dataset.arrays.find(Kind.RESERVE, str(number)) is None:
        return None
    tags = dataset.tags()
    if any((other.provenance.n_strata or 0) >= number for other in tags if other.id != tag.id):
        return None
    populations = (other for other in tags if other.is_population and other.provenance.tags == (str(number),))
    population = next(populations, None)
    return population if population and _is_no_older(population, tag) else None


def _is_no_older(beside: Tag, tag: Tag) -> bool:
    # What is stored in the transaction of a selection is made after the selection's own tag, earlier ones before it.
    return beside.created_at >= tag.created_at
