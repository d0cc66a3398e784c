from al_core.config.sampler_config import SamplerConfig
from al_core.config.selection_config import SamplingMethod, SelectionConfig

__all__ = ["SamplerConfig", "SamplingMethod", "SelectionConfig"]
