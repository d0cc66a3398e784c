from typing import Any

from al_core.api.schemas.wire import Wire
from al_core.formats.labels.sample_label import SampleLabel
from al_core.store.label_sets import LabelSet


class LabelSetData(Wire):
    """The labels that came in one file; `attributes` has their classes, annotators, tasks and source."""

    id: str
    name: str
    task: str
    n_samples: int
    n_annotations: int
    tag_id: str
    round: str
    n_bytes: int
    attributes: dict[str, Any]
    created_at: int
    is_new: bool = False

    @classmethod
    def of(cls, labels: LabelSet) -> "LabelSetData":
        """Return labels as the API shows them."""
        return cls(
            id=labels.id,
            name=labels.name,
            task=labels.task,
            n_samples=labels.n_samples,
            n_annotations=labels.n_annotations,
            tag_id=labels.tag_id,
            round=labels.round,
            n_bytes=labels.n_bytes,
            attributes=dict(labels.attributes),
            created_at=labels.created_at,
            is_new=labels.is_new,
        )


class LabelsStored(Wire):
    """What became of a file of labels: the set, or null if it was only looked at, and what its rows met, in words."""

    labels: LabelSetData | None
    matched: int
    unknown: list[str]
    disagreeing: list[str]
    report: list[str]


class SampleLabelData(Wire):
    """What counts of all labels of a sample; boxes are class, x0, y0, x1, y1, relative to the image."""

    file_name: str
    classes: list[str]
    boxes: list[tuple[str, float, float, float, float]]
    n_annotators: int
    disagrees: bool

    @classmethod
    def of(cls, label: SampleLabel) -> "SampleLabelData":
        """Return a label as the API shows it."""
        return cls(
            file_name=label.filename,
            classes=list(label.classes),
            boxes=[(box.class_name, box.x0, box.y0, box.x1, box.y1) for box in label.boxes],
            n_annotators=label.n_annotators,
            disagrees=label.disagrees,
        )
