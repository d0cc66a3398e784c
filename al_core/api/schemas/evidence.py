from pydantic import Field

from al_core.api.schemas.selections import SelectionCreate
from al_core.api.schemas.wire import Wire


class CompareCreate(Wire):
    """One to four configurations, in the form of a selection, and what they start from."""

    configs: list[SelectionCreate] = Field(min_length=1, max_length=4)
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    embedding_id: str | None = None
