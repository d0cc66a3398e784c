"""How a selection goes: what was chosen before, what is set aside, what the method picks, and what is stored."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.steps.chosen import labeled_rows, sent_rows
from al_core.steps.provenance import source_of
from al_core.steps.reserve import StoredReserve, count_of_picked, count_test_rows, mixed, planned_reserve
from al_core.steps.resolved import names_something, pack
from al_core.steps.row_sets import NO_ROWS, union, within, without
from al_core.steps.scores import find_score
from al_core.steps.selections import Selection, SelectionRequest, selection_of
from al_core.steps.where import Where
from al_core.store.identity import now
from al_core.store.kinds import Kind
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import INITIAL_TAG, NewTag, Tag, TagOrigin
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

LONGEST_NAME = 190
"""Characters of a selection's name in that of its test tag; a tag's name has 200 at most."""


@dataclass(frozen=True)
class SelectionInputs:
    """What a selection begins with.

    Attributes:
        query_tag: The rows that may be selected; by default all.
        labeled_tag: The labeled rows; by default all that have labels or were marked as labeled, and with Lightly's
            contract none.
        embedding_name: By default the newest embedding.
        follows_rounds: Whether rows that are labeled or sent count towards `n_samples` and are not selected again;
            Lightly's contract knows the rows of `labeled_tag` alone.
        round_digest: Of the round file that asks for the selection; it is recorded with the tag.
        cluster: The address of the Dask scheduler whose workers compute it; by default that of `AL_CORE_CLUSTER`, and
            without that this process does. It changes no row, and nothing records it.
    """

    query_tag: Tag | None = None
    labeled_tag: Tag | None = None
    embedding_name: str | None = None
    follows_rounds: bool = True
    round_digest: str | None = None
    cluster: str | None = None

    def chosen(self, dataset: "Dataset") -> Rows:
        """Return the rows that count towards `n_samples` and are not selected again, ascending."""
        if not self.follows_rounds:
            return self.labeled_tag.rows if self.labeled_tag else NO_ROWS
        labeled = self.labeled_tag.rows if self.labeled_tag else labeled_rows(dataset)
        return union([labeled, sent_rows(dataset)])


@dataclass(frozen=True)
class SelectionPlan:
    """A selection that has not been run.

    Attributes:
        dataset: Where to select.
        config: What was asked, with a seed.
        inputs: What it begins with.
        query_tag: The rows that may be selected.
        chosen: The rows chosen before, ascending.
        reserve: What is set aside for testing, or None.
    """

    dataset: "Dataset"
    config: SelectionConfig
    inputs: SelectionInputs
    query_tag: Tag
    chosen: Rows
    reserve: StoredReserve | None

    @classmethod
    def of(cls, dataset: "Dataset", config: SelectionConfig, inputs: SelectionInputs) -> "SelectionPlan":
        """Return the plan of a selection in the dataset as it is now."""
        config = config.seeded()
        query_tag = inputs.query_tag or dataset.tag(INITIAL_TAG)
        chosen = inputs.chosen(dataset)
        return cls(dataset, config, inputs, query_tag, chosen, planned_reserve(dataset, config, query_tag.rows, chosen))

    def request(self, tests: Rows | None = None) -> SelectionRequest:
        """Return what the method is asked for, which knows nothing of test samples: of `tests`, or of those drawn."""
        n_tests = len(self.tests() if tests is None else tests)
        # The method must not see them even as labeled: it would keep its distance from them, and the training set
        # would depend on the ruler that measures it.
        barred = self.reserve.barred if self.reserve else NO_ROWS
        n_tests_before = len(within(self.chosen, barred))
        return SelectionRequest(
            self.dataset,
            config_of_method(self.config, n_tests_before + n_tests),
            query_rows=without(self.query_tag.rows, barred),
            labeled_rows=without(self.chosen, barred),
            embedding=self.dataset.arrays.newest(Kind.EMBEDDING, self.inputs.embedding_name),
            score=find_score(self.dataset, self.config),
            where=Where.of(self.inputs.cluster),
        )

    def tests(self) -> Rows:
        """Return the rows that test, of a selection whose `n_samples` says how many; fewer if the reserve has fewer."""
        return self._tests(count_test_rows(self.config, len(self.chosen)))

    def run(self, progress: Progress | None = None) -> Tag:
        """Select, store the selection as a tag and return it."""
        tests = self.tests()
        request = self.request(tests)
        # A share of 1 asks for test samples alone.
        picked = request.select(progress) if self.config.test_share < 1 else NO_ROWS
        if self.config.test_share < 1 and len(picked) < _n_asked(request):
            # Without a limit on their number, or where distance or budget ends the selection first.
            tests = self._tests(count_of_picked(self.config, len(picked)))
        if self.inputs.follows_rounds and not len(picked) and not len(tests):
            raise InvalidInputError(f"nothing would be added: {_why_nothing(request)}")
        return self._store(request, picked, tests, progress)

    def store_picked(self, picked: Rows) -> Tag:
        """Store the rows that a method picked elsewhere as the selection, and return its tag."""
        tests = self.tests()
        return self._store(self.request(tests), picked, tests)

    def _tests(self, n_rows: int) -> Rows:
        return self.reserve.next_rows(self.dataset, n_rows, self.chosen) if self.reserve else NO_ROWS

    def _store(self, request: SelectionRequest, picked: Rows, tests: Rows, progress: Progress | None = None) -> Tag:
        labeled_tag = self.inputs.labeled_tag or self._tag_of_chosen()
        new = self.reserve.new if self.reserve else None
        new_reserve, new_population = new or (None, None)
        populations = (new_population,) if new_population else ()
        provenance = Provenance(
            role=TagRole.SELECTION,
            config=self.config,
            quality=request.quality(picked, progress),
            embedding=source_of(request.embedding),
            score=source_of(request.score),
            n_strata=len(self.reserve.reserve.strata) if self.reserve else None,
            # Whoever selects by Lightly's contract has the list at once.
            sent_at=None if self.inputs.follows_rounds else now(),
            round_digest=self.inputs.round_digest,
        )
        origin = TagOrigin(
            parent=labeled_tag,
            query=self.query_tag,
            labeled=labeled_tag,
            provenance=provenance,
            order=mixed(picked, tests, self.config.seed or 0),
            resolved=pack(request.names) if names_something(self.config) else None,
            beside=(*populations, *self._test_tags(tests)),
            reserve=new_reserve,
        )
        # All of it in one transaction: a tag without its order or its reserve would be a selection nobody can repeat.
        return self.dataset.create_tag(self.config.name, union([self.chosen, picked, tests]), origin)

    def _tag_of_chosen(self) -> Tag | None:
        """Return the newest selection or labeled tag that holds just the chosen rows: the selection goes on from it."""
        if not self.inputs.follows_rounds or not len(self.chosen):
            return None
        roles = (TagRole.SELECTION, TagRole.LABELED)
        summaries = self.dataset.tag_summaries()
        # The size first, which is in the catalog: masks are read of few tags then.
        ids = [tag.id for tag in summaries if tag.role in roles and tag.size == len(self.chosen)]
        tags = self.dataset.tags_by_id(ids)
        return next((tag for tag in tags if np.array_equal(tag.rows, self.chosen)), None)

    def _test_tags(self, tests: Rows) -> tuple[NewTag, ...]:
        if not len(tests):
            return ()
        provenance = Provenance("test", (self.config.name,), role=TagRole.TEST)
        return (NewTag(f"{self.config.name[:LONGEST_NAME]} test", tests, provenance),)


def make_selection(
    dataset: "Dataset", config: SelectionConfig, inputs: SelectionInputs, progress: Progress | None = None
) -> Selection:
    """Select samples on this machine and store them with those chosen before as a new tag."""
    # Before the work, which may take minutes; whoever takes the name meanwhile is noticed when the tag is stored.
    dataset.check_tag_name(config.name)
    return selection_of(dataset, SelectionPlan.of(dataset, config, inputs).run(progress))


def _n_asked(request: SelectionRequest) -> float:
    """Return how many samples the method was asked to pick."""
    n_samples = request.config.n_samples
    return np.inf if n_samples == -1 else n_samples - len(request.labeled_rows)


def _why_nothing(request: SelectionRequest) -> str:
    if request.config.test_share == 1:
        return "every image of the test reserve is in a selection or labeled; select without a test share of 1"
    n_open = len(without(request.allowed_rows, request.labeled_rows))
    if not n_open:
        return "every image that may be selected is labeled, sent or left out by a limit; choose from others"
    if request.config.min_distance != -1:
        return (
            f"each of the {n_open:,} images that may be selected is nearer than {request.config.min_distance:g} to "
            "another that is labeled; lower min_distance"
        )
    return "n_samples counts what is labeled or sent already; ask for more, or loosen limits and budget"


def config_of_method(config: SelectionConfig, n_tests: int) -> SelectionConfig:
    """Return what a method is asked for: `n_tests` test samples, earlier ones too, count in `n_samples` beside it."""
    if config.n_samples == -1 or not n_tests:
        return config
    return replace(config, n_samples=max(config.n_samples - n_tests, 0))
