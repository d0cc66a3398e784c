from typing import Any

from pydantic import model_validator

from al_core.api.schemas.wire import Wire
from al_core.store import Model


class ModelData(Wire):
    """A model: whoever made a set of predictions. Ids are those of arrays; scores are listed by their plain names."""

    id: str
    name: str
    task: str
    n_samples: int | None
    is_current: bool
    predictions_id: str | None
    score_ids: dict[str, str]
    n_bytes: int
    attributes: dict[str, Any]
    created_at: int

    @classmethod
    def of(cls, model: Model) -> "ModelData":
        """Return a model as the API shows it."""
        return cls(
            id=model.id,
            name=model.name,
            task=model.task,
            n_samples=model.n_samples,
            is_current=model.is_current,
            predictions_id=model.predictions.id if model.predictions else None,
            score_ids={name: score.id for name, score in model.scores.items()},
            n_bytes=model.n_bytes,
            attributes=dict(model.attributes),
            created_at=model.created_at,
        )


class ModelUpdate(Wire):
    """A new name for a model, or that its scores get the plain names, or both."""

    name: str | None = None
    is_current: bool = False

    @model_validator(mode="after")
    def says_something(self) -> "ModelUpdate":
        """Refuse a body that changes nothing."""
        if self.name is None and not self.is_current:
            raise ValueError("give a name, or isCurrent: true; another model stops being current when one becomes so")
        return self
