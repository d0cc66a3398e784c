import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from al_core.remote.arrays import RemoteArrays
from al_core.remote.recent import Recent
from al_core.store.kinds import LABEL_KINDS
from al_core.store.label_sets import LabelSet, LabelSets, NewLabelSet
from al_core.store.records import Deleted
from al_core.wire.connection import Connection
from al_core.wire.label_bundle import write_labels


class RemoteLabelSets(LabelSets):
    """The labels of a dataset on a server.

    Args:
        connection: To the server.
        path: Of the labels.
        arrays: The arrays of the dataset.
        forget_tags: Called when labels, and with them tags, come or go.
    """

    def __init__(
        self, connection: Connection, path: str, arrays: RemoteArrays, forget_tags: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._path = path
        self._arrays = arrays
        self._forget_tags = forget_tags
        self._listed = Recent[list[dict[str, Any]]]()

    def all(self) -> list[LabelSet]:
        """Return all sets of labels, newest first."""
        return [self._label_set(record) for record in self._listed.get(lambda: self._connection.get(self._path))]

    def store(self, new: NewLabelSet) -> LabelSet:
        """Send labels, which the server stores with the tag of their samples."""
        with tempfile.TemporaryFile() as file:
            write_labels(file, new)
            file.seek(0)
            return self._changed(lambda: self._connection.send("POST", self._path, file))

    def delete(self, labels: LabelSet) -> None:
        """Remove labels and their tag."""
        self._connection.send("DELETE", f"{self._path}/{labels.id}")
        self._forget()

    def deleted(self) -> list[Deleted]:
        """Return the labels that can be restored, those deleted last first."""
        return [
            Deleted(record["id"], record["name"], record["deletedAt"], record["expiresAt"])
            for record in self._connection.get(f"{self._path}/deleted")
        ]

    def restore(self, deleted_id: str) -> LabelSet:
        """Return deleted labels to the store as they were, with their tag."""
        return self._changed(lambda: self._connection.send("POST", f"{self._path}/deleted/{deleted_id}"))

    def _changed(self, send: Callable[[], Mapping[str, Any]]) -> LabelSet:
        record = send()
        self._forget()
        return self._label_set(record)

    def _forget(self) -> None:
        self._listed.forget()
        self._arrays.forget()
        self._forget_tags()

    def _label_set(self, record: Mapping[str, Any]) -> LabelSet:
        of_set = [array for array in self._arrays.every() if array.kind in LABEL_KINDS and array.name == record["id"]]
        return LabelSet(
            id=record["id"],
            name=record["name"],
            task=record["task"],
            n_samples=record["nSamples"],
            n_annotations=record["nAnnotations"],
            tag_id=record["tagId"],
            round=record["round"],
            arrays={array.kind: array for array in of_set},
            n_bytes=record["nBytes"],
            attributes=record["attributes"],
            created_at=record["createdAt"],
            # Servers of earlier versions do not say it.
            is_new=record.get("isNew", True),
        )
