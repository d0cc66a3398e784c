"""What views and neighbor graphs were made from, as attributes; until here their names said it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

VIEW = re.compile(r"(PCA|TSNE|UMAP) of ([0-9a-f]{64})(?: with seed (\d+))?(?: named (.*))?", re.DOTALL)
GRAPH = re.compile(r"(indices|distances) of ([0-9a-f]{64}), normalize=(True|False)")

arrays = sa.table("arrays", sa.column("id"), sa.column("kind"), sa.column("name"), sa.column("facts", sa.JSON))


def upgrade() -> None:
    """Add the attributes to those whose name has the old form; names stay."""
    connection = op.get_bind()
    query = sa.select(arrays).where(arrays.c.kind.in_(["projection", "neighbors"]))
    for array in connection.execute(query).all():
        origin = _view_origin(array.name) if array.kind == "projection" else _graph_origin(array.name)
        statement = sa.update(arrays).where(arrays.c.id == array.id).values(facts={**array.facts, **origin})
        connection.execute(statement)


def _view_origin(name: str) -> dict[str, object]:
    match = VIEW.fullmatch(name)
    if match is None:
        return {}
    method, digest, seed, title = match.groups()
    return {
        "source_digest": digest,
        "method": method,
        "seed": None if seed is None else int(seed),
        "title": title or "",
        "version": 1,
    }


def _graph_origin(name: str) -> dict[str, object]:
    match = GRAPH.fullmatch(name)
    if match is None:
        return {}
    part, digest, normalize = match.groups()
    return {"source_digest": digest, "normalize": normalize == "True", "part": part, "version": 1}
