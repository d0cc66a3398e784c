from al_core.api.schemas.models import ModelData
from al_core.api.schemas.wire import Wire
from al_core.steps.rounds import Round


class RoundData(Wire):
    """A round: one selection, what was sent and came back, and the model trained after it."""

    number: int
    name: str
    tag_id: str
    state: str
    method: str | None
    n_added: int
    n_test: int
    n_back: int
    n_training: int
    created_at: int
    sent_at: int | None
    back_at: int | None
    model: ModelData | None

    @classmethod
    def of(cls, shown: Round) -> "RoundData":
        """Return a round as the API shows it."""
        provenance = shown.tag.provenance
        return cls(
            number=shown.number,
            name=shown.name,
            tag_id=shown.tag.id,
            state=shown.state,
            method=str(provenance.config.method) if provenance.config else None,
            n_added=len(shown.added_rows),
            n_test=len(shown.test_rows),
            n_back=len(shown.back_rows),
            n_training=shown.n_training,
            created_at=shown.tag.created_at,
            sent_at=provenance.sent_at,
            back_at=shown.back_at,
            model=ModelData.of(shown.model) if shown.model else None,
        )


class TestShareData(Wire):
    """What is set aside for testing, as filenames; without a test share all lists are empty.

    No sample of `barred` may be trained on: the reserve and, with groups, the rest of tested groups.
    """

    population: list[str]
    reserve: list[str]
    barred: list[str]
