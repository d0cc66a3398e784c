"""The rows of a dataset's models in a transaction that changes them: which is current, and what scores are called."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from al_core.store.kinds import Kind
from al_core.store.tables import arrays, models
from al_core.store.transactions import DatasetLock


def named(locked: DatasetLock, name: str) -> Row[Any] | None:
    """Return the row of the model of that name, or None."""
    query = select(models).where(_of(locked), models.c.name == name)
    return locked.connection.execute(query).one_or_none()


def with_id(locked: DatasetLock, model_id: str) -> Row[Any] | None:
    """Return the row of the model with that id, or None."""
    query = select(models).where(_of(locked), models.c.id == model_id)
    return locked.connection.execute(query).one_or_none()


def free_name(locked: DatasetLock, name: str) -> str:
    """Return the name, with a number behind it if another model has it."""
    candidate = name
    number = 1
    while named(locked, candidate):
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def add(locked: DatasetLock, **values: Any) -> None:
    """Insert the row of a model, which is not current yet."""
    locked.connection.execute(insert(models).values(dataset_id=locked.dataset.id, **values, is_current=False))


def arrays_of(locked: DatasetLock, model_id: str) -> Sequence[Row[Any]]:
    """Return the rows of a model's predictions and scores."""
    query = select(arrays).where(arrays.c.dataset_id == locked.dataset.id, arrays.c.model_id == model_id)
    return locked.connection.execute(query.order_by(arrays.c.position)).all()


def remove_scores(locked: DatasetLock, model: Row[Any]) -> Sequence[Row[Any]]:
    """Delete the rows of a model's scores and return them."""
    is_its_score = (arrays.c.dataset_id == locked.dataset.id) & (arrays.c.model_id == model.id)
    is_its_score &= arrays.c.kind == Kind.SCORE
    statement = arrays.delete().where(is_its_score).returning(*arrays.c)
    return locked.connection.execute(statement).all()


def set_attributes(locked: DatasetLock, model: Row[Any], attributes: Mapping[str, Any]) -> None:
    """Replace what is known about a model."""
    statement = update(models).where(models.c.id == model.id).values(attributes=dict(attributes))
    locked.connection.execute(statement)


def newest_of(locked: DatasetLock, task: str) -> Row[Any] | None:
    """Return the row of the newest model of a task, or None."""
    query = select(models).where(_of(locked), models.c.task == task).order_by(models.c.position.desc())
    return locked.connection.execute(query).first()


def plain_name(score: str, model: str) -> str:
    """Return the plain name of a model's score.

    Examples:
        >>> plain_name("uncertainty_margin@week 29", "week 29")
        'uncertainty_margin'
    """
    return score.removesuffix(f"@{model}")


def full_name(score: str, model: str) -> str:
    """Return what a score is called while its model is not current."""
    return f"{score}@{model}"


def make_current(locked: DatasetLock, model: Row[Any]) -> Sequence[Row[Any]]:
    """Give the plain names to the scores of a model; return deleted rows of scores that bore them and have no model."""
    # Ready-made scores have no task: each name passes to whoever sent it last, and all others stay as they are.
    if model.task:
        is_of_task = _of(locked) & (models.c.task == model.task)
        # First the others give the names up: no two arrays of a dataset bear one, not even for a moment.
        for other in locked.connection.execute(select(models).where(is_of_task)).all():
            if other.id != model.id:
                _set_aside(locked, other, arrays_of(locked, other.id))
        locked.connection.execute(update(models).where(is_of_task).values(is_current=False))
    replaced: list[Row[Any]] = []
    for array in arrays_of(locked, model.id):
        if array.kind == Kind.SCORE:
            name = plain_name(array.name, model.name)
            replaced += _vacate(locked, name, model.id)
            _rename_array(locked, array, name)
    locked.connection.execute(update(models).where(models.c.id == model.id).values(is_current=True))
    return replaced


def rename(locked: DatasetLock, model: Row[Any], name: str) -> None:
    """Give a model, its predictions and its scores another name."""
    for array in arrays_of(locked, model.id):
        if array.kind != Kind.SCORE:
            _rename_array(locked, array, name)
        elif array.name.endswith(f"@{model.name}"):
            _rename_array(locked, array, full_name(plain_name(array.name, model.name), name))
    locked.connection.execute(update(models).where(models.c.id == model.id).values(name=name))


def _vacate(locked: DatasetLock, name: str, model_id: str) -> Sequence[Row[Any]]:
    """Take the plain name of a score from whoever has it; a score without a model is deleted.

    Returns:
        The rows deleted.
    """
    query = select(arrays).where(_is_score(locked, name))
    holder = locked.connection.execute(query).one_or_none()
    if holder is None or holder.model_id == model_id:
        return ()
    other = with_id(locked, holder.model_id) if holder.model_id else None
    if other is None:
        statement = arrays.delete().where(_is_score(locked, name)).returning(*arrays.c)
        return locked.connection.execute(statement).all()
    _set_aside(locked, other, [holder])
    return ()


def _set_aside(locked: DatasetLock, model: Row[Any], stored: Sequence[Row[Any]]) -> None:
    """Put the model's name behind the plain names among its scores."""
    for array in stored:
        if array.kind == Kind.SCORE:
            _rename_array(locked, array, full_name(plain_name(array.name, model.name), model.name))


def _rename_array(locked: DatasetLock, array: Row[Any], name: str) -> None:
    if array.name != name:
        locked.connection.execute(update(arrays).where(arrays.c.id == array.id).values(name=name))


def _of(locked: DatasetLock) -> ColumnElement[bool]:
    is_of_dataset: ColumnElement[bool] = models.c.dataset_id == locked.dataset.id
    return is_of_dataset


def _is_score(locked: DatasetLock, name: str) -> ColumnElement[bool]:
    is_of_dataset: ColumnElement[bool] = arrays.c.dataset_id == locked.dataset.id
    return is_of_dataset & (arrays.c.kind == Kind.SCORE) & (arrays.c.name == name)
