"""Bringing back what lies under a tombstone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import AlreadyExistsError, NotAllowedError, NotFoundError
from al_core.store import model_rows, names, tables
from al_core.store.kinds import ONE_ROW_A_SAMPLE, Kind
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.transactions import DatasetLock

DATASET = "dataset"
TAG = "tag"
MODEL = "model"
LABELS = "labels"
SCORES_OF_MODEL = "scores-of-model"
"""Scores that a model had with another confidence threshold."""


class Restoration:
    """Brings back what lies under one tombstone, in the transaction that removes the tombstone.

    Args:
        locked: The dataset.
        storage: Where the arrays are.
    """

    def __init__(self, locked: DatasetLock, storage: Storage) -> None:
        self._locked = locked
        self._storage = storage
        self._replaced: list[Row[Any]] = []

    def restore(self, tombstone: Row[Any], name: str) -> Sequence[Row[Any]]:
        """Bring back what lies under a tombstone, and return the rows of arrays that were replaced by it.

        `name` is that of a dataset, tag or model; labels and arrays come back under their own.
        """
        content = tombstone.content
        if tombstone.kind == DATASET:
            self._restore_dataset(name)
        elif tombstone.kind == TAG:
            self._restore_tag(content, name)
        elif tombstone.kind == MODEL:
            self._restore_model(content, name)
        elif tombstone.kind == LABELS:
            self._restore_labels(content)
        elif tombstone.kind == SCORES_OF_MODEL:
            self._restore_scores(content)
        else:
            self._restore_array(content["arrays"][0])
        return self._replaced

    def _restore_dataset(self, name: str) -> None:
        names.check_dataset_name(name)
        try:
            self._locked.update(name=name, deleted_at=None)
        except IntegrityError as error:
            raise names.dataset_exists(name) from error

    def _restore_tag(self, content: Mapping[str, Any], name: str) -> None:
        names.check_tag_name(name)
        tags = tables.tags.c
        of_dataset = tags.dataset_id == self._locked.dataset.id
        if _has(self._locked.connection, of_dataset & (tags.name == name)):
            raise names.tag_exists(name)
        values = dict(content["tag"])
        if not _has(self._locked.connection, tags.id == values["parent_id"]):
            raise NotAllowedError(
                f"tag '{name}' was made from a tag that has been deleted too; bring that one back first"
            )
        n_samples = self._locked.dataset.n_samples
        # Rows stay what they are when a dataset grows, and a deleted tag has none of the new ones.
        mask = bytes.fromhex(values["mask"]).ljust((n_samples + 7) // 8, b"\0")
        values |= {"dataset_id": self._locked.dataset.id, "name": name, "mask": mask, "n_samples": n_samples}
        self._locked.connection.execute(insert(tables.tags).values(values))
        self._insert_arrays(content["arrays"])

    def _restore_model(self, content: Mapping[str, Any], name: str) -> None:
        """Insert a model under its name, with a number behind it if another has it by now."""
        values = dict(content["model"])
        old_name = values["name"]
        was_current = values.pop("is_current")
        values["name"] = model_rows.free_name(self._locked, name)
        model_rows.add(self._locked, **values)
        for array in content["arrays"]:
            _check_length(self._locked, array)
            array_name = values["name"]
            if array["kind"] == Kind.SCORE:
                array_name = model_rows.full_name(model_rows.plain_name(array["name"], old_name), array_name)
            self._insert_arrays([{**array, "name": array_name}])
        model = model_rows.with_id(self._locked, values["id"])
        # Ready-made scores have no task; those that had their plain names get them again.
        had_plain_names = any(
            array["name"] == model_rows.plain_name(array["name"], old_name) for array in content["arrays"]
        )
        if model and (was_current if model.task else had_plain_names):
            self._replaced += model_rows.make_current(self._locked, model)

    def _restore_scores(self, content: Mapping[str, Any]) -> None:
        """Give a model, whatever it is called now, its earlier scores and attributes again."""
        earlier = content["model"]
        model = model_rows.with_id(self._locked, earlier["id"])
        if model is None:
            raise NotFoundError(f"the model '{earlier['name']}' has been deleted")
        self._replaced += model_rows.remove_scores(self._locked, model)
        for array in content["arrays"]:
            _check_length(self._locked, array)
            plain = model_rows.plain_name(array["name"], earlier["name"])
            name = plain if model.is_current else model_rows.full_name(plain, model.name)
            self._insert_arrays([{**array, "name": name}])
        model_rows.set_attributes(self._locked, model, earlier["attributes"])

    def _restore_labels(self, content: Mapping[str, Any]) -> None:
        values = dict(content["labels"])
        sets = tables.label_sets.c
        query = select(sets.id).where(sets.dataset_id == self._locked.dataset.id, sets.name == values["name"])
        if self._locked.connection.execute(query).first():
            raise AlreadyExistsError(f"there are other labels '{values['name']}' by now; delete those first")
        if content["tag"]:
            self._restore_tag({"tag": content["tag"], "arrays": []}, content["tag"]["name"])
        self._locked.connection.execute(insert(tables.label_sets).values(dataset_id=self._locked.dataset.id, **values))
        self._insert_arrays(content["arrays"])

    def _restore_array(self, array: Mapping[str, Any]) -> None:
        _check_length(self._locked, array)
        arrays = tables.arrays
        has_name = (arrays.c.kind == array["kind"]) & (arrays.c.name == array["name"])
        is_it = (arrays.c.dataset_id == self._locked.dataset.id) & has_name
        replaced = self._locked.connection.execute(delete(arrays).where(is_it).returning(*arrays.c)).all()
        if replaced and array["kind"] == Kind.EMBEDDING:
            raise AlreadyExistsError(f"there is another embedding '{array['name']}' by now; delete that one first")
        self._replaced += replaced
        self._insert_arrays([array])

    def _insert_arrays(self, arrays: Iterable[Mapping[str, Any]]) -> None:
        for array in arrays:
            if not self._storage.exists(ArrayPlace(self._locked.dataset.id, array["kind"], array["id"])):
                raise NotFoundError(f"the file of {array['kind']} '{array['name']}' is gone")
            model_id = array.get("model_id")
            if model_id and model_rows.with_id(self._locked, model_id) is None:
                # The score of a model that is gone is still a score.
                model_id = None
            values = {**array, "model_id": model_id}
            self._locked.connection.execute(insert(tables.arrays).values(dataset_id=self._locked.dataset.id, **values))


def _check_length(locked: DatasetLock, array: Mapping[str, Any]) -> None:
    if array["kind"] in ONE_ROW_A_SAMPLE and array["shape"][0] != locked.dataset.n_samples:
        raise NotAllowedError(
            f"{array['kind']} '{array['name']}' has {array['shape'][0]} rows, but the dataset has "
            f"{locked.dataset.n_samples} samples by now"
        )


def _has(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(tables.tags.c.id).where(condition)).first() is not None
