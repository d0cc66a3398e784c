from al_core.config.budget import Budget
from al_core.config.goals import GOALS, PREDICTED_CLASS, Balance, Goal, Novel, Prefer, Similar, Typical
from al_core.config.groups import GROUPINGS, Column, Folder, Grouping, Pattern
from al_core.config.limits import LIMITS, Apart, AtMost, Between, Exclude, Limit, Quota
from al_core.config.sampler_config import SamplerConfig
from al_core.config.selection_config import SamplingMethod, SelectionConfig

__all__ = [
    "GOALS",
    "GROUPINGS",
    "LIMITS",
    "PREDICTED_CLASS",
    "Apart",
    "AtMost",
    "Balance",
    "Between",
    "Budget",
    "Column",
    "Exclude",
    "Folder",
    "Goal",
    "Grouping",
    "Limit",
    "Novel",
    "Pattern",
    "Prefer",
    "Quota",
    "SamplerConfig",
    "SamplingMethod",
    "SelectionConfig",
    "Similar",
    "Typical",
]
