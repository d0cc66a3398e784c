from al_core.api.api_workflow_client import ApiWorkflowClient
from al_core.api.bitmask import BitMask
from al_core.api.local_client import LocalClient

__all__ = ["ApiWorkflowClient", "BitMask", "LocalClient"]
