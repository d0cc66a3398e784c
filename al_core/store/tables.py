"""The catalog's tables. Times are milliseconds since 1970, ids are 24 hexadecimal digits.

A column with a `key` has an older name in the database, which rows that are read bear too.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

metadata = MetaData()


def _dataset_id() -> Column[str]:
    return Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False)


datasets = Table(
    "datasets",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), unique=True, nullable=False),
    Column("name", String, unique=True, nullable=False),
    Column("n_samples", Integer, nullable=False),
    Column("n_pending", Integer, nullable=False),
    Column("images_dir", String),
    Column("facts", JSON, nullable=False, key="attributes"),
    Column("created_at", BigInteger, nullable=False),
    # Raised by every transaction that changes the dataset.
    Column("revision", Integer, nullable=False),
    # By a clock that never goes back; 0 before the first change.
    Column("changed_at", BigInteger, nullable=False, server_default="0"),
    # Set while a tombstone keeps the dataset.
    Column("deleted_at", BigInteger),
    # Where an object storage has the filenames; empty where they are a file of the dataset's folder.
    Column("filenames_id", String(24)),
)

tags = Table(
    "tags",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), unique=True, nullable=False),
    _dataset_id(),
    Column("name", String, nullable=False),
    # Bit k from the lowest stands for row k.
    Column("mask", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("tot_size", Integer, nullable=False, key="n_samples"),
    Column("query_tag_id", String(24)),
    Column("preselected_tag_id", String(24), key="labeled_tag_id"),
    Column("facts", JSON, nullable=False, key="provenance"),
    Column("created_at", BigInteger, nullable=False),
    # Not RESTRICT, which on SQLite refuses to delete a parent together with its children.
    # Indexed, because without it every look for children would read past every mask.
    Column("parent_id", String(24), ForeignKey("tags.id"), index=True),
    UniqueConstraint("dataset_id", "name"),
)

models = Table(
    "models",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), unique=True, nullable=False),
    _dataset_id(),
    Column("name", String, nullable=False),
    # Empty for ready-made scores.
    Column("task", String, nullable=False),
    # How many samples it says something of; earlier versions did not record it.
    Column("n_samples", Integer),
    Column("is_current", Boolean, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("dataset_id", "name"),
)

arrays = Table(
    "arrays",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), unique=True, nullable=False),
    _dataset_id(),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("shape", JSON, nullable=False),
    Column("facts", JSON, nullable=False, key="attributes"),
    Column("created_at", BigInteger, nullable=False),
    # The model whose predictions or scores it holds.
    Column("model_id", String(24), ForeignKey("models.id"), index=True),
    # [rows, bytes] of each object; empty if it is one file.
    Column("parts", JSON),
    UniqueConstraint("dataset_id", "kind", "name"),
)

label_sets = Table(
    "label_sets",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), unique=True, nullable=False),
    _dataset_id(),
    Column("name", String, nullable=False),
    Column("task", String, nullable=False),
    Column("n_samples", Integer, nullable=False),
    Column("n_annotations", Integer, nullable=False),
    # The tag of the labeled samples.
    Column("tag_id", String(24), nullable=False, index=True),
    # Empty if nobody has said which round they are of.
    Column("round", String, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("dataset_id", "name"),
)

samples = Table(
    "samples",
    metadata,
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("filename", String, nullable=False),
    Column("facts", JSON, nullable=False, key="attributes"),
    UniqueConstraint("dataset_id", "filename"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), unique=True, nullable=False),
    _dataset_id(),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    # The rows that were deleted.
    Column("content", JSON, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    # 0 once nothing can be brought back any more.
    Column("expires_at", BigInteger, nullable=False, index=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("dataset_id", String(24)),
    Column("title", String, nullable=False),
    # The process that works on it, see `Owner`.
    Column("owner", String(24), nullable=False),
    Column("state", String, nullable=False),
    Column("result", JSON),
    Column("error", String, nullable=False),
    Column("error_type", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    # NULL and not JSON's null where there is none, because conditions ask for it.
    Column("recipe", JSON(none_as_null=True)),
    Column("attempt", Integer, nullable=False, server_default="1"),
    # By the clock of the database.
    Column("lease_ends_at", BigInteger, nullable=False, server_default="0"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("cancel_asked", Boolean, nullable=False, server_default=false()),
    # Servers that were stopped and left it to others: their attempts have not failed.
    Column("handovers", Integer, nullable=False, server_default="0"),
    # Counted up as jobs are recorded; 0 for those of earlier versions.
    Column("position", Integer, nullable=False, server_default="0"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("name", String, unique=True, nullable=False),
    # SHA-256 of the secret, which is stored nowhere.
    Column("hash", String(64), unique=True, nullable=False),
    Column("may_write", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# Content of an object storage that is being written, before a transaction names it.
drafts = Table(
    "drafts",
    metadata,
    Column("id", String(24), primary_key=True),
    # There may be no such dataset yet.
    Column("dataset_id", String(24), nullable=False),
    # 0 once its content may be gone.
    Column("expires_at", BigInteger, nullable=False, index=True),
)

# One row: the id that the home has too.
workspace = Table(
    "workspace",
    metadata,
    Column("id", String(24), primary_key=True),
    # Where the arrays are; empty if they are in the home.
    Column("arrays", String),
)

# Alembic's own table, here so that a new catalog is made without loading Alembic.
alembic_version = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))
