"""Models in words: what storing one changes, and what is there."""

from typing import TYPE_CHECKING

from al_core.text import counted

if TYPE_CHECKING:
    from al_core.formats import JoinReport
    from al_core.store import Dataset


def unscored_note(dataset: "Dataset", report: "JoinReport") -> str | None:
    """Return how many samples a file would leave without a score, before it is stored; None if it scores them all."""
    n_unscored = dataset.n_samples - report.n_used
    if not n_unscored:
        return None
    note = (
        f"Once it is stored, {n_unscored:,} of {counted(dataset.n_samples, 'image')} are without a score, and CORAL "
        "and ACTIVE_LEARNING choose only among images that have one"
    )
    current = next((model for model in dataset.models.all() if model.is_current), None)
    return f"{note}. The scores of “{current.name}” stay: it can be made current again" if current else note
