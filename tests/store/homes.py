"""Homes in the states that tests begin with."""

import os
from pathlib import Path

from sqlalchemy import Engine, create_engine, text


def catalog_engine(home: Path) -> Engine:
    """An engine on the home's catalog, past everything that opening it checks."""
    return create_engine(os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{home / 'catalog.sqlite'}")


def as_version_0_1_0(home: Path) -> None:
    """Turn a home into what version 0.1.0 made of it: no id, neither in the catalog nor in the folder."""
    engine = catalog_engine(home)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE workspace"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    engine.dispose()
    (home / "workspace.json").unlink()
