"""Models in words: what storing one changes, and what is there."""

from typing import TYPE_CHECKING

from al_core.store.models import Model
from al_core.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from al_core.formats import JoinReport
    from al_core.store import Dataset


def rescored_note(before: "Sequence[Model]", after: "Sequence[Model]") -> str | None:
    """Return which stored model was scored anew because its predictions came again with another threshold, or None.

    Args:
        before: The models of a dataset.
        after: The same after predictions were stored.

    Examples:
        >>> from al_core.store.models import CONFIDENCE_THRESHOLD
        >>> def model(threshold):
        ...     return Model("1", "first", "boxes", 9, True, None, {}, 0, {CONFIDENCE_THRESHOLD: threshold}, 0)
        >>> rescored_note([model(0.25)], [model(0.4)])
        "'first' has these predictions already; its boxes now count from a confidence of 0.4 on, not 0.25"
        >>> rescored_note([], [model(0.4)])
    """
    thresholds = {model.id: model.confidence_threshold for model in before}
    for model in after:
        earlier = thresholds.get(model.id, model.confidence_threshold)
        if earlier != model.confidence_threshold:
            return (
                f"'{model.name}' has these predictions already; its boxes now count from a confidence of "
                f"{model.confidence_threshold:g} on, not {earlier:g}"
            )
    return None


def unscored_note(dataset: "Dataset", report: "JoinReport") -> str | None:
    """Return how many samples a file would leave without a score, before it is stored; None if it scores them all."""
    n_unscored = dataset.n_samples - report.n_used
    if not n_unscored:
        return None
    note = (
        f"Once it is stored, {n_unscored:,} of {counted(dataset.n_samples, 'image')} are without a score, and CORAL "
        "and ACTIVE_LEARNING choose only among images that have one"
    )
    current = dataset.models.newest_current()
    return f"{note}. The scores of “{current.name}” stay: it can be made current again" if current else note
