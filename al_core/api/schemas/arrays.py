from typing import Any

from pydantic import BaseModel


class ArrayData(BaseModel):
    """The record of an array; names as in `al_core.store.StoredArray`."""

    id: str
    kind: str
    name: str
    digest: str
    shape: list[int]
    attributes: dict[str, Any]
    created_at: int
    model_id: str | None = None
