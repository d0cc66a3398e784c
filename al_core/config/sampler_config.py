"""The name that Lightly 1.1 used for `SelectionConfig`."""

from al_core.config.selection_config import SelectionConfig

SamplerConfig = SelectionConfig
