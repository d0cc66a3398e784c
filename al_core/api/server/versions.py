from fastapi import APIRouter

from al_core.api.schemas.selections import SelectionOptions
from al_core.api.server.bodies import JsonRoute
from al_core.config import GOALS, LIMITS

router = APIRouter(tags=["Versions"], route_class=JsonRoute)


# Lightly's clients ask for both versions before anything else, without a token.
@router.get("/versions/pip/minimum")
async def minimum_version() -> str:
    """Return the oldest `lightly` package that this server answers."""
    return "1.0.0"


@router.get("/versions/pip/latest")
async def latest_version(currentVersion: str = "1.2.25") -> str:
    """Return the version that was named, so that no client asks for an upgrade."""
    return currentVersion


@router.get("/versions/selection")
async def selection_options() -> SelectionOptions:
    """Return the goals and limits that this server knows (al_core extension)."""
    return SelectionOptions(goals=list(GOALS), limits=list(LIMITS))


@router.get("/quota")
async def quota() -> str:
    """Return how many samples a dataset may have."""
    # A text, from which Lightly's clients read a number.
    return "1000000000"
