"""What all requests and answers have in common."""

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

DEEPEST = 100
LARGEST_INTEGER, LARGEST_FLOAT = 2**63 - 1, 10**308


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value of a client as every JSON parser reads it again: NaN as null, enormous integers as floats."""
    if depth > DEEPEST:
        raise ValueError(f"objects and lists lie at most {DEEPEST} deep in each other")
    if isinstance(value, dict):
        return {name: plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return float(value) if abs(value) < LARGEST_FLOAT else None
    return value


Plain = Annotated[Any, AfterValidator(plain)]
PlainObject = Annotated[dict[str, Any], AfterValidator(plain)]


class Wire(BaseModel):
    """Fields are snake_case in Python and camelCase in JSON; unknown ones are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Created(Wire):
    """The id of what was made."""

    id: str


class Problem(Wire):
    """Why a request was refused; `type` names the class in `al_core.exceptions`."""

    code: str
    message: str
    type: str
