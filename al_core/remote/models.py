import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from al_core.exceptions import NotAllowedError
from al_core.remote.arrays import RemoteArrays
from al_core.remote.recent import Recent
from al_core.store.models import Model, Models, NewModel
from al_core.store.records import Deleted
from al_core.types import Scores
from al_core.wire.connection import Connection
from al_core.wire.model_bundle import write_model


class RemoteModels(Models):
    """The models of a dataset on a server."""

    def __init__(self, connection: Connection, path: str, arrays: RemoteArrays) -> None:
        self._connection = connection
        self._path = path
        self._arrays = arrays
        self._listed = Recent[list[dict[str, Any]]]()

    def all(self) -> list[Model]:
        """Return all models, newest first."""
        return [self._model(record) for record in self._listed.get(lambda: self._connection.get(self._path))]

    def store(self, new: NewModel) -> Model:
        """Send a model, which becomes current."""
        with tempfile.TemporaryFile() as file:
            write_model(file, new)
            file.seek(0)
            return self._changed(lambda: self._connection.send("POST", self._path, file))

    def rename(self, model: Model, name: str) -> Model:
        """Give a model another name and return it."""
        return self._changed(lambda: self._connection.send("PUT", f"{self._path}/{model.id}", {"name": name}))

    def make_current(self, model: Model) -> Model:
        """Give the plain names to the scores of this model, and return it."""
        return self._changed(lambda: self._connection.send("PUT", f"{self._path}/{model.id}", {"isCurrent": True}))

    def rescore(self, model: Model, scores: Mapping[str, Scores], attributes: Mapping[str, Any]) -> Model:
        """Raise `NotAllowedError`: the server scores its models itself, see `change_threshold`."""
        raise NotAllowedError("the server scores its models itself: use workflow.change_threshold")

    def earlier_scores(self, model: Model, attributes: Mapping[str, Any]) -> Model | None:
        """Return None: the server keeps them, and looks for them when a threshold changes."""
        return None

    def change_threshold(self, model: Model, threshold: float) -> Model:
        """Let the server score the boxes of a model from another confidence on, and return the model."""
        body = {"confidenceThreshold": threshold}
        return self._changed(lambda: self._connection.send("PUT", f"{self._path}/{model.id}", body))

    def delete(self, model: Model) -> None:
        """Remove a model with its predictions and scores; the newest one left of its task becomes current."""
        self._connection.send("DELETE", f"{self._path}/{model.id}")
        self.forget()

    def deleted(self) -> list[Deleted]:
        """Return the models that can be restored, the one deleted last first."""
        return [
            Deleted(record["id"], record["name"], record["deletedAt"], record["expiresAt"])
            for record in self._connection.get(f"{self._path}/deleted")
        ]

    def restore(self, deleted_id: str) -> Model:
        """Return a deleted model to the store as it was; it is current again if it was."""
        return self._changed(lambda: self._connection.send("POST", f"{self._path}/deleted/{deleted_id}"))

    def forget(self) -> None:
        """Ask the server again for what there is."""
        self._listed.forget()
        self._arrays.forget()

    def _changed(self, send: Callable[[], Mapping[str, Any]]) -> Model:
        record = send()
        self.forget()
        return self._model(record)

    def _model(self, record: Mapping[str, Any]) -> Model:
        arrays = {stored.id: stored for stored in self._arrays.every()}
        return Model(
            id=record["id"],
            name=record["name"],
            task=record["task"],
            n_samples=record["nSamples"],
            is_current=record["isCurrent"],
            predictions=arrays.get(record["predictionsId"] or ""),
            # Another client may have replaced one between the two answers.
            scores={name: arrays[array_id] for name, array_id in record["scoreIds"].items() if array_id in arrays},
            n_bytes=record["nBytes"],
            attributes=record["attributes"],
            created_at=record["createdAt"],
            # Servers of earlier versions do not say it.
            is_new=record.get("isNew", True),
        )
