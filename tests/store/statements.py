"""What a piece of code asks the catalog."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from al_core.store import Workspace


@contextmanager
def statements(workspace: Workspace) -> Iterator[list[str]]:
    """The statements that run meanwhile, but those that begin a transaction."""
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            executed.append(statement)

    event.listen(workspace._engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(workspace._engine, "before_cursor_execute", note)
