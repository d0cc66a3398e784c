"""What all requests and answers have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""An integer as both catalogs, numpy and every JSON parser have it."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
"""A number of things."""


class Wire(BaseModel):
    """Fields are snake_case in Python and camelCase in JSON; unknown ones are ignored, false is not 0."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def has_no_nul(cls, fields: Any) -> Any:
        """Refuse texts with the character NUL, which PostgreSQL can neither store nor compare with."""
        if _has_nul(fields):
            raise ValueError("a text must not contain the character NUL")
        return fields


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(entry) for key, entry in value.items())
    return isinstance(value, list) and any(_has_nul(entry) for entry in value)


class Created(Wire):
    """The id of what was made."""

    id: str


class Problem(Wire):
    """Why a request was refused; `type` names the class in `al_core.exceptions`."""

    code: str
    message: str
    type: str
