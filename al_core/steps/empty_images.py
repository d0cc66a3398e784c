"""What images without objects meant in the last file like one: answered once, and not in every round.

Many tools write nothing for an image without objects, and nothing for one that nobody has looked at. The answer of a
person is kept with what it was given for, and proposed for the next file, in sight, where it may hold again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from al_core.formats.choices import Unannotated
from al_core.formats.join.finding import Finding
from al_core.formats.join.report import JoinReport
from al_core.formats.labels.labels import Labels
from al_core.steps.labels import LabelAttributes

if TYPE_CHECKING:
    from al_core.store import Dataset

N_EMPTY = "n_empty"
"""The attribute of a model: how many samples without an entry in its file count as images on which it found nothing."""

# A file that has this much more of them than the last one is asked about again: half of it may be missing.
_GROWTH = 2
_MARGIN = 0.05


@dataclass(frozen=True)
class EarlierAnswer:
    """That images without objects were once said to be empty and not left out.

    Attributes:
        name: The model or the labels that it was said of.
        share_before: The share of such images there.
        share_now: The share of them in the new file.
    """

    name: str
    share_before: float
    share_now: float

    @property
    def holds(self) -> bool:
        """Whether the new file has about as many of them, so that the answer may be proposed again."""
        return self.share_now <= _GROWTH * self.share_before + _MARGIN


def earlier_empty_predictions(dataset: "Dataset", report: JoinReport) -> EarlierAnswer | None:
    """Return for which model of the task such images were last said to be empty; None if they were then left out."""
    for model in dataset.models.all():
        if model.task != report.task or not model.predictions or not model.n_samples:
            continue
        n_empty = int(model.attributes.get(N_EMPTY, 0))
        if n_empty:
            return EarlierAnswer(model.name, n_empty / model.n_samples, len(report.missing) / report.n_samples)
        if model.n_samples < dataset.n_samples:
            return None
    return None


def earlier_done_labels(dataset: "Dataset", labels: Labels, asked: Finding) -> EarlierAnswer | None:
    """Return for which labels such images were last said to be done; None if they were then left open.

    Args:
        dataset: Whose labels they are.
        labels: As they were read without an answer.
        asked: The finding with the images in question.
    """
    for stored in dataset.labels.all():
        attributes = LabelAttributes.of(stored)
        # Each tool writes in its own way what nobody has looked at.
        if attributes.source != labels.source or not attributes.n_unannotated:
            continue
        if attributes.unannotated != Unannotated.DONE:
            return None
        n_now = len(asked.names)
        return EarlierAnswer(
            stored.name, attributes.n_unannotated / max(stored.n_samples, 1), n_now / (n_now + len(labels))
        )
    return None
