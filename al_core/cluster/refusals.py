"""What a cluster does not do yet, said before any work starts."""

from al_core.config import SamplingMethod
from al_core.config.goals import Balance
from al_core.exceptions import NotAllowedError
from al_core.selection.request import Request


def check_possible(request: Request) -> None:
    """Raise `NotAllowedError` if a goal of a request needs what workers do not do yet."""
    config = request.config
    is_product = config.method is SamplingMethod.CORAL and config.coral == "product"
    is_farthest = config.method is SamplingMethod.CORESET or is_product
    if is_farthest and any(isinstance(goal, Balance) for goal in config.goals):
        raise NotAllowedError(
            f"a balance changes what every sample is worth with each pick, which a cluster does not do yet for "
            f"{config.method}{' (product)' if is_product else ''}: run this selection without a cluster, or use a "
            "quota instead of the balance"
        )
