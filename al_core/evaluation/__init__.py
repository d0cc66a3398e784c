"""What labels bought, and when to stop paying: arrays in, estimates with intervals or refusals out.

- `reserve`: the test share, the honest ruler that every figure of accuracy rests on.
- `intervals`, `strata`, `claims`: accuracy, differences between models, how many test labels a claim needs.
- `ranking_power`: whether a score ranks wrong predictions above right ones.
- `forecast` (on `power_law`): how many more labels a target needs, what the next batch brings.
- `stopping`: three signs and two verdicts.
- `contamination`: whether a model has seen the test labels.
"""

from al_core.evaluation.claims import ClaimNeed, claim_need, labels_for_claim
from al_core.evaluation.contamination import Contamination, detect_contamination
from al_core.evaluation.forecast import Forecast, LearningCurve, forecast
from al_core.evaluation.intervals import accuracy, difference, independent_difference, wilson
from al_core.evaluation.ranking_power import ranking_auc, ranking_sentence
from al_core.evaluation.reserve import Reserve, ReserveStratum, count_of_share, draw_reserve
from al_core.evaluation.statistic import Interval, Refusal, Statistic
from al_core.evaluation.stopping import (
    Sign,
    StopAdvice,
    count_changed,
    stability_sign,
    target_sign,
    unpriced_value_sign,
    value_sign,
)
from al_core.evaluation.strata import post_stratified, stratified

__all__ = [
    "ClaimNeed",
    "Contamination",
    "Forecast",
    "Interval",
    "LearningCurve",
    "Refusal",
    "Reserve",
    "ReserveStratum",
    "Sign",
    "Statistic",
    "StopAdvice",
    "accuracy",
    "claim_need",
    "count_changed",
    "count_of_share",
    "detect_contamination",
    "difference",
    "draw_reserve",
    "forecast",
    "independent_difference",
    "labels_for_claim",
    "post_stratified",
    "ranking_auc",
    "ranking_sentence",
    "stability_sign",
    "stratified",
    "target_sign",
    "unpriced_value_sign",
    "value_sign",
    "wilson",
]
