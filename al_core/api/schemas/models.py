from typing import Annotated, Any

from pydantic import Field, model_validator

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
    is_new: bool = False

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
            is_new=model.is_new,
        )


class ModelUpdate(Wire):
    """A new name for a model, that its scores get the plain names, from which confidence on its boxes count, or all.

    Another threshold scores the boxes anew; the one before brings the scores back that it had.
    """

    name: str | None = None
    is_current: bool = False
    confidence_threshold: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def says_something(self) -> "ModelUpdate":
        """Refuse a body that changes nothing."""
        if self.name is None and not self.is_current and self.confidence_threshold is None:
            raise ValueError(
                "give a name, a confidenceThreshold, or isCurrent: true; another model stops being current when one "
                "becomes so"
            )
        return self
