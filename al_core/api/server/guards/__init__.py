"""What stands before every route, from the outermost to the innermost guard."""

from fastapi import FastAPI

from al_core.api.server.context import Context
from al_core.api.server.guards.audit import Audit
from al_core.api.server.guards.guard import Guard
from al_core.api.server.guards.identity import Identity
from al_core.api.server.guards.origin import Origin
from al_core.api.server.guards.rate import Rate
from al_core.api.server.guards.size import Size

# Identity needs nothing but the headers, Rate needs Identity, and only what all of them let through is audited.
GUARDS: tuple[type[Guard], ...] = (Origin, Identity, Rate, Size, Audit)


def add_guards(api: FastAPI, context: Context) -> None:
    """Put the guards in front of the API."""
    for guard in reversed(GUARDS):
        api.add_middleware(guard, context=context)
