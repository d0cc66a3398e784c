"""A selection made by a server: started, watched and, on request, cancelled."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from al_core.config import SelectionConfig
from al_core.exceptions import Cancelled, NotAllowedError, NotFoundError
from al_core.types import Progress
from al_core.wire.connection import Connection, raise_as, read_tag

if TYPE_CHECKING:
    from al_core.store import Tag

# A small selection takes about 20 ms; a long one is asked about once per second.
FIRST_WAIT_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 1.0


def select(
    connection: Connection,
    dataset_id: str,
    config: SelectionConfig,
    ids: Mapping[str, str | bool | None],
    progress: Progress | None = None,
) -> "Tag":
    """Return the tag of a selection that the server makes.

    Args:
        connection: To the server.
        dataset_id: Where to select.
        config: What to select.
        ids: queryTagId, preselectedTagId, embeddingId and what else `SelectionInputs` has, as far as they are not the
            server's defaults.
        progress: Called with (picked, total); when it raises `Cancelled`, the server is asked to stop.
    """
    _check_options(connection, config)
    body = config_body(config)
    job = connection.send("POST", f"/datasets/{dataset_id}/selections", body | dict(ids))
    tag_id = wait_for(connection, job["jobId"], progress)
    return read_tag(connection.get(f"/datasets/{dataset_id}/tags/{tag_id}"))


def config_body(config: SelectionConfig) -> dict[str, Any]:
    """Return a configuration as the API takes it."""
    from pydantic.alias_generators import to_camel

    # The server's schemas get their names by the same function.
    return {to_camel(name): value for name, value in config.to_json().items()}


def options_of(connection: Connection) -> dict[str, Any]:
    """Return which goals and limits a server knows, and what else it can do; one that is too old knows none."""
    if connection.options:
        return connection.options
    try:
        options: dict[str, Any] = connection.get("/versions/selection")
    except NotFoundError:
        return {"goals": [], "limits": []}
    # One that lacks something is asked again: it may be updated while the page is open.
    connection.options = options if options.get("checks") else None
    return options


def _check_options(connection: Connection, config: SelectionConfig) -> None:
    """Raise unless the server knows what is asked for: a server that is too old would leave it out without a word."""
    if not config.goals and not config.limits and config.budget is None:
        return
    options = options_of(connection)
    asked = [("goal", "goals", record.kind) for record in config.goals]
    asked += [("limit", "limits", record.kind) for record in config.limits]
    for noun, listed, kind in asked:
        if kind not in options[listed]:
            raise NotAllowedError(f"{connection.server} does not know the {noun} '{kind}': update al_core there")
    if config.budget is not None and not options["limits"]:
        raise NotAllowedError(f"{connection.server} does not know budgets: update al_core there")


def wait_for(connection: Connection, job_id: str, progress: Progress | None) -> str:
    """Return the result of a server's job once it has ended; if `progress` raises `Cancelled`, it is asked to stop."""
    wait = FIRST_WAIT_SECONDS
    cancelled = None
    while True:
        job = connection.get(f"/jobs/{job_id}")
        if job["status"] == "FINISHED":
            return str(job["result"]["data"])
        if job["status"] == "FAILED":
            if cancelled:
                raise cancelled
            raise_as(job["error"], job["errorType"])
        if progress and not cancelled:
            cancelled = _report(progress, job)
            if cancelled:
                connection.send("DELETE", f"/jobs/{job_id}")
        time.sleep(wait)
        wait = min(1.5 * wait, LONGEST_WAIT_SECONDS)


def _report(progress: Progress, job: Mapping[str, Any]) -> Cancelled | None:
    try:
        progress(job["done"], job["total"])
    except Cancelled as cancelled:
        # Not raised yet: until the server has stopped, the selection may still come out.
        return cancelled
    return None
