"""Find out which images to label next: scores, an embedding map and selection, on your own machine."""

from al_core.agents import ActiveLearningAgent
from al_core.api import LocalClient
from al_core.api.comparing import compare
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import ALCoreError

__all__ = ["ALCoreError", "ActiveLearningAgent", "LocalClient", "SamplingMethod", "SelectionConfig", "compare"]
__version__ = "0.2.0"
