from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from al_core.exceptions import NotFoundError
from al_core.store.records import Deleted, StoredArray
from al_core.text import quoted
from al_core.types import Scores

CONFIDENCE_THRESHOLD = "confidence_threshold"
"""The attribute of a model of boxes that says which of them count."""


@dataclass(frozen=True)
class Model:
    """Whoever made a set of predictions, with what it left in the store.

    Attributes:
        name: Unique in its dataset.
        task: The name of a registered task; empty for ready-made scores.
        n_samples: How many samples it says something of; None if that was not recorded.
        is_current: Whether its scores have their plain names. One model per task is current; of ready-made scores each
            name belongs to whoever sent it last.
        predictions: The array of its predictions; None for ready-made scores.
        scores: Its scores by their plain names. In the store those of other models are called `name@model`.
        n_bytes: Of all its files.
        attributes: What is known about it: `source`, the file it came from, or `tag`, whose samples a client scored;
            `confidence_threshold`, if there is one.
        created_at: Milliseconds since 1970.
        is_new: Whether the call that returned it has stored it; of two that bring the same at once, one has.
    """

    id: str
    name: str
    task: str
    n_samples: int | None
    is_current: bool
    predictions: StoredArray | None
    scores: Mapping[str, StoredArray]
    n_bytes: int
    attributes: Mapping[str, Any]
    created_at: int
    is_new: bool = field(default=False, compare=False)

    @property
    def confidence_threshold(self) -> float:
        """From which confidence on its boxes are scored, shown and exported, 0 to 1; 0 for all of them."""
        return float(self.attributes.get(CONFIDENCE_THRESHOLD, 0.0))


@dataclass(frozen=True)
class NewModel:
    """A model that is to be stored.

    Attributes:
        name: What it is to be called; a number is added if there is another model of that name.
        scores: (N,) scores by their plain names.
        score_attributes: JSON that goes with each score.
        task: The name of a registered task; empty for ready-made scores.
        kind: Of the array of predictions.
        predictions: That array, or None.
        more_arrays: Arrays of other kinds that go with it, by kind.
        prediction_attributes: JSON that goes with it.
        n_samples: How many samples it says something of.
        attributes: What is known about it.
    """

    name: str
    scores: Mapping[str, NDArray[Any]]
    score_attributes: Mapping[str, Any] = field(default_factory=dict)
    task: str = ""
    kind: str = ""
    predictions: NDArray[Any] | None = None
    more_arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    prediction_attributes: Mapping[str, Any] = field(default_factory=dict)
    n_samples: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Models(ABC):
    """The models of one dataset."""

    @abstractmethod
    def all(self) -> list[Model]:
        """Return all models, newest first."""

    def newest_current(self) -> Model | None:
        """Return the newest of the models that are current, one for each task, or None."""
        return next((model for model in self.all() if model.is_current), None)

    def find(self, name: str) -> Model | None:
        """Return the model of that name, or None."""
        return next((model for model in self.all() if model.name == name), None)

    def get(self, name: str) -> Model:
        """Return the model of that name, or raise `NotFoundError` that lists those there are."""
        model = self.find(name)
        if model is None:
            names = quoted(other.name for other in self.all()) or "none yet: store predictions first"
            raise NotFoundError(f"there is no model '{name}'; there are: {names}")
        return model

    def current(self, task: str) -> Model | None:
        """Return the current model of a task, or None if there is none."""
        return next((model for model in self.all() if model.is_current and model.task == task), None)

    @abstractmethod
    def store(self, new: NewModel) -> Model:
        """Store a model and make it current; predictions and scores become visible at once.

        A model of the same name, task and content is made current instead, so that sending a file twice stores it once.
        If its boxes count from another confidence on, it gets the new scores, and `earlier_scores` has those before.

        Raises:
            NotAllowedError: If its arrays have not a row for each sample that the dataset has by now.
        """

    @abstractmethod
    def rename(self, model: Model, name: str) -> Model:
        """Give a model another name and return it.

        Raises:
            InvalidInputError: If a model cannot have this name.
            AlreadyExistsError: If there is a model of that name.
        """

    @abstractmethod
    def make_current(self, model: Model) -> Model:
        """Give the plain names to the scores of this model, and return it."""

    @abstractmethod
    def rescore(self, model: Model, scores: Mapping[str, Scores], attributes: Mapping[str, Any]) -> Model:
        """Store other scores of a model in place of its own, with other attributes, and return it.

        `earlier_scores` brings back those before for a while.
        """

    @abstractmethod
    def earlier_scores(self, model: Model, attributes: Mapping[str, Any]) -> Model | None:
        """Give a model the scores again that it had with these attributes, or return None if they are gone."""

    @abstractmethod
    def delete(self, model: Model) -> None:
        """Remove a model with its predictions and scores; the newest one left of its task becomes current."""

    @abstractmethod
    def deleted(self) -> list[Deleted]:
        """Return the models that can be restored, the one deleted last first."""

    @abstractmethod
    def restore(self, deleted_id: str) -> Model:
        """Return a deleted model to the store as it was; it is current again if it was.

        Raises:
            NotFoundError: If it is too late.
        """
