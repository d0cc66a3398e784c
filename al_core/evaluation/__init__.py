"""What labels bought, and when to stop paying: arrays in, estimates with intervals or refusals out.

- `reserve`: the test share, the honest ruler that every figure of accuracy rests on.
- `intervals`, `strata`, `claims`: accuracy, differences between models, how many test labels a claim needs.
- `class_metrics`, `object_metrics`, `mask_metrics`: confusion, per-class table, mAP, OKS, mIoU.
- `gains`: by how much a later model's mAP or mIoU is higher.
- `contamination`: whether a model has seen the test labels.
- `ranking_power`: whether a score ranks wrong predictions above right ones.
- `forecast` (on `curve_draws`): how many more labels a target needs, what the next batch brings.
- `stopping`: three signs and two verdicts.
- `coverage`, `random_draws`, `card`, `corrections`: a selection against RANDOM, before and after its labels.
- `replay` (on `probe`): which method would have got further with the labels there are.
- `label_errors`, `box_errors`: labels that are probably wrong.
- `explain`: why each row was picked, and what a minimum distance keeps.
"""

from al_core.evaluation.box_errors import BoxError, BoxErrorKind, box_errors, image_suspicion
from al_core.evaluation.card import Card, CardFigure, UncoveredRegion, card
from al_core.evaluation.claims import ClaimNeed, claim_need, labels_for_claim
from al_core.evaluation.class_metrics import ClassResult, class_table, confusion_matrix
from al_core.evaluation.contamination import Contamination, ReserveRows, detect_contamination, moved_probability
from al_core.evaluation.corrections import Corrections, corrections
from al_core.evaluation.coverage import Pool
from al_core.evaluation.explain import PickReason, SpacingCurve, explain, spacing_curve
from al_core.evaluation.forecast import Forecast, LearningCurve, forecast
from al_core.evaluation.gains import overlap_gain, precision_gain
from al_core.evaluation.intervals import accuracy, difference, independent_difference, share_interval, wilson
from al_core.evaluation.label_errors import ClassErrors, class_errors
from al_core.evaluation.mask_metrics import MaskResults, class_overlaps, mask_results, mean_overlap
from al_core.evaluation.object_matches import ImageObjects
from al_core.evaluation.object_metrics import ObjectResults, mean_average_precision, object_results, oks
from al_core.evaluation.predicted_classes import ClassShares, PredictedClasses, class_shares
from al_core.evaluation.probe import out_of_fold_probabilities
from al_core.evaluation.random_draws import draw_seeds, random_draws
from al_core.evaluation.ranking_power import ranking_auc, ranking_sentence
from al_core.evaluation.replay import LabeledRows, Replay, ReplayVerdict, replay
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
from al_core.evaluation.strips import Amount, AmountKind, Strip, column_strip

__all__ = [
    "Amount",
    "AmountKind",
    "BoxError",
    "BoxErrorKind",
    "Card",
    "CardFigure",
    "ClaimNeed",
    "ClassErrors",
    "ClassResult",
    "ClassShares",
    "Contamination",
    "Corrections",
    "Forecast",
    "ImageObjects",
    "Interval",
    "LabeledRows",
    "LearningCurve",
    "MaskResults",
    "ObjectResults",
    "PickReason",
    "Pool",
    "PredictedClasses",
    "Refusal",
    "Replay",
    "ReplayVerdict",
    "Reserve",
    "ReserveRows",
    "ReserveStratum",
    "Sign",
    "SpacingCurve",
    "Statistic",
    "StopAdvice",
    "Strip",
    "UncoveredRegion",
    "accuracy",
    "box_errors",
    "card",
    "claim_need",
    "class_errors",
    "class_overlaps",
    "class_shares",
    "class_table",
    "column_strip",
    "confusion_matrix",
    "corrections",
    "count_changed",
    "count_of_share",
    "detect_contamination",
    "difference",
    "draw_reserve",
    "draw_seeds",
    "explain",
    "forecast",
    "image_suspicion",
    "independent_difference",
    "labels_for_claim",
    "mask_results",
    "mean_average_precision",
    "mean_overlap",
    "moved_probability",
    "object_results",
    "oks",
    "out_of_fold_probabilities",
    "overlap_gain",
    "post_stratified",
    "precision_gain",
    "random_draws",
    "ranking_auc",
    "ranking_sentence",
    "replay",
    "share_interval",
    "spacing_curve",
    "stability_sign",
    "stratified",
    "target_sign",
    "unpriced_value_sign",
    "value_sign",
    "wilson",
]
