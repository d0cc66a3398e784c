import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, Row, delete, select

from al_core.exceptions import NotFoundError
from al_core.store import model_rows, names
from al_core.store.asking import answer
from al_core.store.engines import reading
from al_core.store.identity import new_id
from al_core.store.kinds import Kind
from al_core.store.local_arrays import LocalArrays, stored_array
from al_core.store.models import CONFIDENCE_THRESHOLD, Model, Models, NewModel
from al_core.store.records import Deleted, NewArrays, StoredArray
from al_core.store.restoration import MODEL
from al_core.store.tables import arrays as arrays_table
from al_core.store.tables import models as table
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import DatasetLock, changing
from al_core.types import Scores

JOINED_MILLISECONDS = 60_000
"""Lightly's clients send one score per request: those of one tag that arrive within this time belong together."""


class LocalModels(Models):
    """The models of a dataset of a `Workspace`."""

    def __init__(self, engine: Engine, dataset_id: str, arrays: LocalArrays, tombstones: Tombstones) -> None:
        self._engine = engine
        self._dataset_id = dataset_id
        self._arrays = arrays
        self._tombstones = tombstones

    def all(self) -> list[Model]:
        """Return all models, newest first."""
        return answer((self._engine, "models", self._dataset_id), self._ask_for_all)

    def _ask_for_all(self) -> list[Model]:
        rows = select(table).where(table.c.dataset_id == self._dataset_id).order_by(table.c.position.desc())
        stored = select(arrays_table).where(
            arrays_table.c.dataset_id == self._dataset_id, arrays_table.c.model_id.is_not(None)
        )
        with reading(self._engine) as connection:
            models = connection.execute(rows).all()
            arrays = [stored_array(row) for row in connection.execute(stored.order_by(arrays_table.c.position))]
        return [self._model(row, [array for array in arrays if array.model_id == row.id]) for row in models]

    def store(self, new: NewModel) -> Model:
        """Store a model and make it current; predictions and scores become visible at once."""
        names.check_model_name(new.name)
        groups = [NewArrays(Kind.SCORE, new.scores, new.score_attributes)]
        if new.predictions is not None:
            groups.insert(0, NewArrays(new.kind, {new.name: new.predictions}, new.prediction_attributes))
        groups += [NewArrays(kind, {new.name: array}) for kind, array in new.more_arrays.items()]
        with self._arrays.written(groups) as written, changing(self._engine, self._dataset_id) as locked:
            present = self._find_same(locked, new, written) or self._find_sent_again(locked, new, written)
            rescored = None if present else self._find_scored_otherwise(locked, new, written)
            begun = None if present or rescored else self._find_begun(locked, new)
            model = present or rescored or begun or self._add(locked, new)
            unused = [array for array in written if present or (rescored and array.kind != Kind.SCORE)]
            if rescored:
                self._tombstones.bury_scores(locked, rescored, model_rows.remove_scores(locked, rescored))
                model_rows.set_attributes(locked, rescored, new.attributes)
            self._insert(locked, model, [array for array in written if array not in unused])
            self._make_current(locked, model)
        self._arrays.discard(unused)
        self._tombstones.remove_expired()
        return replace(self._by_id(model.id), is_new=not (present or rescored or begun))

    def rename(self, model: Model, name: str) -> Model:
        """Give a model another name and return it."""
        names.check_model_name(name)
        with changing(self._engine, self._dataset_id) as locked:
            row = self._row(locked, model)
            holder = model_rows.named(locked, name)
            if holder and holder.id != row.id:
                raise names.model_exists(name)
            model_rows.rename(locked, row, name)
        return self._by_id(model.id)

    def make_current(self, model: Model) -> Model:
        """Give the plain names to the scores of this model, and return it."""
        with changing(self._engine, self._dataset_id) as locked:
            self._make_current(locked, self._row(locked, model))
        return self._by_id(model.id)

    def delete(self, model: Model) -> None:
        """Remove a model with its predictions and scores; the newest one left of its task becomes current."""
        with changing(self._engine, self._dataset_id) as locked:
            row = self._row(locked, model)
            stored = model_rows.arrays_of(locked, row.id)
            locked.connection.execute(delete(arrays_table).where(arrays_table.c.model_id == row.id))
            locked.connection.execute(delete(table).where(table.c.id == row.id))
            self._tombstones.bury_model(locked, row, stored)
            heir = model_rows.newest_of(locked, row.task) if row.task and row.is_current else None
            if heir:
                self._make_current(locked, heir)
        self._tombstones.remove_expired()

    def deleted(self) -> list[Deleted]:
        """Return the models that can be restored, the one deleted last first."""
        return self._tombstones.deleted(self._dataset_id, MODEL)

    def restore(self, deleted_id: str) -> Model:
        """Return a deleted model to the store as it was; it is current again if it was."""
        if deleted_id not in {deleted.id for deleted in self.deleted()}:
            raise NotFoundError("this model cannot be restored: it has been removed for good, or is back already")
        before = {model.id for model in self.all()}
        self._tombstones.restore(deleted_id)
        return next(model for model in self.all() if model.id not in before)

    def rescore(self, model: Model, scores: Mapping[str, Scores], attributes: Mapping[str, Any]) -> Model:
        """Store other scores of a model in place of its own, with other attributes, and return it."""
        about = next(iter(model.scores.values())).attributes
        groups = [NewArrays(Kind.SCORE, scores, about)]
        with self._arrays.written(groups) as written, changing(self._engine, self._dataset_id) as locked:
            row = self._row(locked, model)
            self._tombstones.bury_scores(locked, row, model_rows.remove_scores(locked, row))
            for array in written:
                name = array.name if row.is_current else model_rows.full_name(array.name, row.name)
                self._arrays.insert(locked, [replace(array, name=name, model_id=row.id)])
            model_rows.set_attributes(locked, row, attributes)
        self._tombstones.remove_expired()
        return self._by_id(model.id)

    def earlier_scores(self, model: Model, attributes: Mapping[str, Any]) -> Model | None:
        """Give a model the scores again that it had with these attributes, or return None if they are gone."""
        tombstone_id = self._tombstones.scores_of(self._dataset_id, model.id, attributes)
        if tombstone_id is None:
            return None
        self._tombstones.restore(tombstone_id)
        return self._by_id(model.id)

    def _add(self, locked: DatasetLock, new: NewModel) -> Row[Any]:
        model_id = new_id()
        model_rows.add(
            locked,
            id=model_id,
            name=model_rows.free_name(locked, new.name),
            task=new.task,
            n_samples=new.n_samples,
            attributes=dict(new.attributes),
            created_at=locked.moment,
        )
        added = model_rows.with_id(locked, model_id)
        assert added is not None
        return added

    def _insert(self, locked: DatasetLock, model: Row[Any], written: Iterable[StoredArray]) -> None:
        for array in written:
            is_score = array.kind == Kind.SCORE
            name = model_rows.full_name(array.name, model.name) if is_score else model.name
            self._arrays.insert(locked, [replace(array, name=name, model_id=model.id)])

    def _find_begun(self, locked: DatasetLock, new: NewModel) -> Row[Any] | None:
        """Return the model of the scores of the same tag that arrived just before and are others, or None."""
        newest = self._newest_of_tag(locked, new)
        if newest is None:
            return None
        arrays = model_rows.arrays_of(locked, newest.id)
        present = {model_rows.plain_name(array.name, newest.name) for array in arrays}
        is_young = locked.moment - newest.created_at < JOINED_MILLISECONDS
        # A score that it has already begins another model.
        return newest if is_young and present.isdisjoint(new.scores) else None

    def _find_same(self, locked: DatasetLock, new: NewModel, written: Iterable[StoredArray]) -> Row[Any] | None:
        """Return the model of the same name, task, content and meaning, or None."""
        row = model_rows.named(locked, new.name)
        if row is None or row.task != new.task:
            return None
        stored = model_rows.arrays_of(locked, row.id)
        present = {(array.kind, model_rows.plain_name(array.name, row.name), array.digest) for array in stored}
        is_same = present == {(array.kind, array.name, array.digest) for array in written}
        return row if is_same and _mean_the_same(stored, new) else None

    def _find_sent_again(self, locked: DatasetLock, new: NewModel, written: Iterable[StoredArray]) -> Row[Any] | None:
        """Return the newest model of the same tag if it has these scores; such models have the time in their names.

        A client sends them again if the server did not live to answer.
        """
        newest = self._newest_of_tag(locked, new)
        if newest is None:
            return None
        stored = model_rows.arrays_of(locked, newest.id)
        present = {(model_rows.plain_name(array.name, newest.name), array.digest) for array in stored}
        return newest if all((array.name, array.digest) in present for array in written) else None

    def _newest_of_tag(self, locked: DatasetLock, new: NewModel) -> Row[Any] | None:
        """Return the model of the scores of the same tag that arrived last, or None."""
        newest = model_rows.newest_of(locked, "") if "tag" in new.attributes and not new.task else None
        return newest if newest and newest.attributes == new.attributes else None

    def _find_scored_otherwise(
        self, locked: DatasetLock, new: NewModel, written: Iterable[StoredArray]
    ) -> Row[Any] | None:
        """Return the model of the same name, task and predictions whose boxes count from another confidence on."""
        row = model_rows.named(locked, new.name)
        if row is None or row.task != new.task or new.predictions is None:
            return None
        thresholds = [attributes.get(CONFIDENCE_THRESHOLD) for attributes in (row.attributes, new.attributes)]
        stored = model_rows.arrays_of(locked, row.id)
        present = {(array.kind, array.digest) for array in stored if array.kind != Kind.SCORE}
        sent = {(array.kind, array.digest) for array in written if array.kind != Kind.SCORE}
        is_same = present == sent and _mean_the_same(stored, new)
        return row if thresholds[0] != thresholds[1] and is_same else None

    def _make_current(self, locked: DatasetLock, model: Row[Any]) -> None:
        self._tombstones.bury_arrays(locked, model_rows.make_current(locked, model))

    def _row(self, locked: DatasetLock, model: Model) -> Row[Any]:
        row = model_rows.with_id(locked, model.id)
        if row is None:
            raise NotFoundError(f"model '{model.name}' of dataset '{locked.dataset.name}' has been deleted")
        return row

    def _by_id(self, model_id: str) -> Model:
        model = next((model for model in self.all() if model.id == model_id), None)
        if model is None:
            raise NotFoundError("the model has been deleted by somebody else a moment ago")
        return model

    def _model(self, row: Row[Any], stored: list[StoredArray]) -> Model:
        of_scores = [array for array in stored if array.kind == Kind.SCORE]
        scores = {model_rows.plain_name(array.name, row.name): array for array in of_scores}
        # Models without a task are current score by score: the column of the row does not tell.
        has_plain_names = any(name == array.name for name, array in scores.items())
        return Model(
            id=row.id,
            name=row.name,
            task=row.task,
            n_samples=row.n_samples,
            is_current=row.is_current if row.task else has_plain_names,
            # What goes with the predictions was stored after them.
            predictions=next((array for array in stored if array.kind != Kind.SCORE), None),
            scores=scores,
            n_bytes=sum(self._arrays.n_bytes(array) for array in stored),
            attributes=row.attributes,
            created_at=row.created_at,
        )


def _mean_the_same(stored: Sequence[Row[Any]], new: NewModel) -> bool:
    """Return whether stored predictions are described as new ones are: the same boxes may be of classes named anew."""
    # As the catalog reads it, where a tuple is a list.
    sent = json.loads(json.dumps(_described(new.prediction_attributes)))
    return all(_described(row.attributes) == sent for row in stored if row.kind == new.kind)


def _described(attributes: Mapping[str, Any]) -> dict[str, Any]:
    # What a file was called says nothing of its content.
    return {name: value for name, value in attributes.items() if name != "source"}
