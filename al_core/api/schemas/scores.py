from pydantic import Field

from al_core.api.schemas.wire import Wire


class ScoreCreate(Wire):
    """Scores of all samples of a tag in row order, 0 to 1, higher meaning more worth labeling; null for none."""

    score_type: str = Field(min_length=1, max_length=200, pattern=r"^[a-zA-Z0-9_+=,.@:/-]*$")
    scores: list[float | None]


class ScoreInfo(Wire):
    """A score of a tag."""

    id: str
    tag_id: str
    score_type: str
    created_at: int


class ScoreData(ScoreInfo):
    """A score of a tag with its values in row order."""

    scores: list[float]
