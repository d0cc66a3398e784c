"""Models: until here an array of predictions had a name, and its scores named it."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SCORE = "score"
PREDICTIONS = {
    "prediction": "classification",
    "detection": "object-detection",
    "keypoint": "keypoint-detection",
    "mask": "semantic-segmentation",
}
"""The kinds that held predictions until here, with their tasks."""

arrays = sa.table(
    "arrays",
    *map(sa.column, ("position", "id", "dataset_id", "kind", "name", "created_at", "model_id")),
    sa.column("shape", sa.JSON),
    sa.column("facts", sa.JSON),
)
datasets = sa.table("datasets", sa.column("id"))
models = sa.table(
    "models",
    *map(sa.column, ("id", "dataset_id", "name", "task", "n_samples", "is_current", "created_at")),
    sa.column("attributes", sa.JSON),
)


def upgrade() -> None:
    """Add the table, and a model for each array of predictions and for the scores that came without any."""
    op.create_table(
        "models",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(24), unique=True, nullable=False),
        sa.Column("dataset_id", sa.String(24), sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("task", sa.String, nullable=False),
        sa.Column("n_samples", sa.Integer),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("dataset_id", "name"),
    )
    # As in 0005: SQLite would copy the table otherwise.
    op.execute("ALTER TABLE arrays ADD COLUMN model_id VARCHAR(24) REFERENCES models (id)")
    op.create_index("ix_arrays_model_id", "arrays", ["model_id"])
    connection = op.get_bind()
    for dataset_id in connection.execute(sa.select(datasets.c.id)).scalars().all():
        query = sa.select(arrays).where(arrays.c.dataset_id == dataset_id).order_by(arrays.c.position)
        _add_models(connection, dataset_id, connection.execute(query).all())


def _add_models(connection: sa.Connection, dataset_id: str, stored: Sequence[sa.Row[Any]]) -> None:
    predictions = {array.name: array for array in stored if array.kind in PREDICTIONS}
    # Of several of one task the newest was the one that was shown.
    newest = {PREDICTIONS[array.kind]: array.id for array in predictions.values()}
    groups: dict[tuple[str, str], list[sa.Row[Any]]] = {(name, ""): [array] for name, array in predictions.items()}
    for array in stored:
        if array.kind == SCORE:
            prediction = array.facts.get("prediction", "")
            origin = array.facts.get("tag") or array.facts.get("source") or "scores"
            group = (prediction, "") if prediction in predictions else ("", origin)
            groups.setdefault(group, []).append(array)
    names = set(predictions)
    for (prediction, origin), members in groups.items():
        name = prediction or _free_name(f"{origin} {_moment(members[0].created_at)}", names)
        names.add(name)
        first = members[0]
        values = {
            "id": secrets.token_hex(12),
            "dataset_id": dataset_id,
            "name": name,
            "task": PREDICTIONS[first.kind] if prediction else "",
            # How many samples have a prediction was not recorded, and the files are not looked at here.
            "n_samples": None,
            "is_current": first.id in newest.values() or not prediction,
            "attributes": {"source": first.facts.get("source", "")} if prediction else {"tag": origin},
            "created_at": first.created_at,
        }
        connection.execute(sa.insert(models).values(values))
        ids = [array.id for array in members]
        connection.execute(sa.update(arrays).where(arrays.c.id.in_(ids)).values(model_id=values["id"]))


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _free_name(name: str, names: set[str]) -> str:
    number = 1
    candidate = name
    while candidate in names:
        number += 1
        candidate = f"{name} ({number})"
    return candidate
