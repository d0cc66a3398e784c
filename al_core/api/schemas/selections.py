from typing import Any, Literal

from pydantic import ConfigDict, Field, FiniteFloat

from al_core.api.schemas.wire import Count, Int64, Wire
from al_core.config import SelectionConfig
from al_core.steps.edit_pick import Edit

MOST_EDITS = 10_000
"""Of one request: more than anybody makes by hand."""


class StoppingCondition(Wire):
    """The size of the new tag and the smallest distance in it; -1 turns one off, 0 to 1 is a share of all samples."""

    n_samples: FiniteFloat = -1
    min_distance: FiniteFloat = -1


class SamplingConfig(Wire):
    """The configuration of a selection."""

    stopping_condition: StoppingCondition = StoppingCondition()


class SamplingCreate(Wire):
    """A selection in Lightly's form; `seed` is an al_core extension."""

    new_tag_name: str
    method: str
    config: SamplingConfig = SamplingConfig()
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    score_type: str | None = None
    seed: Count | None = None


class SelectionInputs(Wire):
    """What to select from; a tag or embedding that is left out is the server's default.

    With `followsRounds` labeled and sent samples count as chosen; otherwise, as in Lightly's contract, those of the
    preselected tag alone. `roundDigest` is recorded with the tag, for whoever runs rounds from files.
    """

    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    embedding_id: str | None = None
    follows_rounds: bool = False
    round_digest: str | None = None


_DEFAULTS = SelectionConfig()


class SelectionCreate(SelectionInputs):
    """A selection with every option of al_core: the fields of `SelectionConfig` and their defaults.

    Goals, limits and budget are in the form of `Goal.to_json`, such as `{"kind": "at-most", "k": 3, "per": {"kind":
    "column", "name": "patient"}}`.
    """

    # Not ignored as in Lightly's routes: a limit or a test share that is spelled in another way would not hold.
    model_config = ConfigDict(extra="forbid")

    method: str = _DEFAULTS.method
    n_samples: Int64 = _DEFAULTS.n_samples
    min_distance: FiniteFloat = _DEFAULTS.min_distance
    name: str
    score_name: str | None = None
    seed: Count | None = None
    normalize: bool = True
    coral: Literal["herding", "product"] = "herding"
    strength: FiniteFloat = 1.0
    test_share: FiniteFloat = 0.0
    test_groups: str | None = None
    # Not strict: JSON has lists, which a strict tuple refuses.
    goals: tuple[dict[str, Any], ...] = Field(default=(), strict=False)
    limits: tuple[dict[str, Any], ...] = Field(default=(), strict=False)
    budget: dict[str, Any] | None = None

    def to_config(self) -> SelectionConfig:
        """Return the configuration.

        Raises:
            InvalidInputError: If a value is out of range.
        """
        return SelectionConfig(**self.model_dump(exclude=set(SelectionInputs.model_fields)))


class EditData(Wire):
    """One change of a pick: `row` leaves it, and `replacement`, unless it is null, takes its place."""

    row: Count
    replacement: Count | None = None

    def to_edit(self) -> Edit:
        """Return the edit."""
        return Edit(self.row, self.replacement)


class NextBestCreate(Wire):
    """A row to swap for the next best one, after the edits made so far."""

    edits: list[EditData] = Field(default=[], max_length=MOST_EDITS)
    row: Count


class EditsCreate(Wire):
    """The edits of a selection, and the name of the new tag that holds it as they leave it."""

    edits: list[EditData] = Field(max_length=MOST_EDITS)
    name: str


class SelectionOptions(Wire):
    """The kinds of goals and limits that a server knows, and whether it says what a selection will come to."""

    goals: list[str]
    limits: list[str]
    checks: bool = True
