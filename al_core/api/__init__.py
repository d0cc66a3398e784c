from al_core.api.bitmask import BitMask
from al_core.api.local_client import LocalClient

__all__ = ["BitMask", "LocalClient"]
