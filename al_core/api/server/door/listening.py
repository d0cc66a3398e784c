"""Where a server may listen."""

import os
from collections.abc import Callable, Mapping

from al_core.api.server.guards.origin import is_local_name
from al_core.exceptions import NotAllowedError
from al_core.store import Workspace

LOOPBACK = "127.0.0.1"
ALL_ADDRESSES = "0.0.0.0"
"""Where Streamlit listens when `server.address` is not set."""


def check_address(address: str, open_workspace: Callable[[], Workspace]) -> None:
    """Check that an address which other machines can reach is served only if there is a token.

    Args:
        address: The name or address to listen on.
        open_workspace: Called only if the address is not local.

    Raises:
        NotAllowedError: Saying how to make a token.
    """
    if not is_local_name(address) and not open_workspace().tokens.all():
        raise NotAllowedError(
            f"{address} can be reached from other machines, and no token protects it; "
            "create one with `al-core token create NAME` first"
        )


def check_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Check that uvicorn, which Streamlit runs, believes no proxy but those on this machine.

    Raises:
        NotAllowedError: If its own variable says otherwise.
    """
    trusted = environment.get("FORWARDED_ALLOW_IPS", LOOPBACK)
    if trusted != LOOPBACK:
        raise NotAllowedError(
            f"FORWARDED_ALLOW_IPS is {trusted!r}: whom uvicorn believes, the dashboard cannot tell from others; "
            "unset it, and list your proxies in AL_CORE_TRUSTED_PROXIES"
        )
