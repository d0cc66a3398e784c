"""Labels in the store: what a file is checked for, how it is kept, and what counts of all that have come in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.join.finding import Finding, note
from al_core.formats.labels.concatenation import concatenated
from al_core.formats.labels.counting import counting
from al_core.formats.labels.label_findings import meaning_of, undecided
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, LABEL_KEYPOINT, LABEL_MASK, MASK_RUN, Labels
from al_core.formats.labels.sample_label import SampleLabel, sample_labels
from al_core.steps.row_sets import union
from al_core.steps.tasks import PredictionAttributes
from al_core.store.kinds import Kind
from al_core.store.label_sets import LabelSet, NewLabelSet
from al_core.store.stored_json import read_record, to_json
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Policy
    from al_core.store import Dataset

ANNOTATION = np.dtype(
    [
        ("row", np.int64),
        ("annotator", np.int32),
        ("time", np.float64),
        ("width", np.float32),
        ("height", np.float32),
    ]
)
"""One annotation: its sample, the position of the annotator among the names (-1 if unknown), seconds since 1970, and
the size of the image in pixels (NaN where unknown)."""

TABLES = {
    Kind.LABEL_CLASS: ("classes", LABEL_CLASS),
    Kind.LABEL_BOX: ("boxes", LABEL_BOX),
    Kind.LABEL_KEYPOINT: ("keypoints", LABEL_KEYPOINT),
    Kind.LABEL_MASK: ("masks", LABEL_MASK),
    Kind.LABEL_RUN: ("runs", MASK_RUN),
}
"""What `Labels` calls the table of each kind, and its type."""

_NEW_CLASSES = Finding(
    "new-classes",
    "class is none of the model's",
    "classes are none of the model's",
    "they are stored; the model cannot predict them",
)


@dataclass(frozen=True)
class LabelAttributes:
    """What the values of stored labels mean.

    Attributes:
        class_names: (C,) the classes.
        annotators: The names that annotations refer to.
        tasks: The tasks that they are for, the first one first.
        source: The tool or format.
        file: The name of the file.
        unannotated: What somebody said that images without objects are, "done" or "open"; empty if nobody was asked.
        n_unannotated: How many of them the file had; None if nobody was asked.
        version: Of this layout.
    """

    class_names: tuple[str, ...] = ()
    annotators: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    source: str = ""
    file: str = ""
    unannotated: str = ""
    n_unannotated: int | None = None
    version: int = 1

    @classmethod
    def of(cls, labels: LabelSet) -> "LabelAttributes":
        """Return what the values of stored labels mean."""
        return read_record(cls, labels.attributes) or cls()


@dataclass(frozen=True)
class TaskLabels:
    """What counts of all labels for one task.

    Attributes:
        rows: (L,) the labeled samples, ascending.
        labels: What counts for each, in this order.
        n_annotators: (L,) how many people have labeled each, as far as the files say.
        disagrees: (L,) whether they contradict each other.
    """

    rows: Rows
    labels: Labels
    n_annotators: NDArray[np.int64]
    disagrees: NDArray[np.bool_]

    @property
    def first_classes(self) -> NDArray[np.int64]:
        """(L,) the class of each sample, the first if it has several, -1 if it has none."""
        classes = np.full(len(self.rows), -1, np.int64)
        # Backward, because of several entries of a sample the one written last stays.
        entries = self.labels.classes[::-1]
        classes[entries["row"]] = entries["label"]
        return classes


def check(dataset: "Dataset", labels: Labels, source: str, policy: "Policy") -> "JoinReport":
    """Return how labels match the dataset's samples, its tasks and its classes."""
    from al_core.formats import join_report

    named = with_names_of_model(dataset, labels)
    report = join_report(dataset.filenames(), named, policy=policy, source=source)
    if not report.usable:
        # What is noticed below says what is stored.
        return report
    more = _about_models(dataset, labels, named)
    return replace(report, details=(*report.details, *more), findings=(*report.findings, *more))


def with_names_of_model(dataset: "Dataset", labels: Labels) -> Labels:
    """Return labels whose classes are numbers with the names of the model's classes, as YOLO and tables have them.

    That is only so if each number is a position among the model's classes, and none of these is called by a number.
    """
    names = _class_names_of_models(dataset).get(labels.task, [])
    # `isdigit` alone allows ², which int() refuses; ten digits and more are ids, not positions.
    digits = [name for name in labels.class_names if name.isascii() and name.isdigit() and len(name) < 10]
    numbers = [int(name) for name in digits]
    are_numbers = bool(numbers) and len(numbers) == len(labels.class_names)
    are_positions = are_numbers and max(numbers) < len(names)
    if not are_positions or set(labels.class_names) & set(names):
        return labels
    return replace(labels, class_names=[names[number] for number in numbers])


def new_label_set(labels: Labels, report: "JoinReport", name: str | None, round_name: str) -> NewLabelSet:
    """Return the labels of samples of the dataset, as they are stored."""
    used = np.flatnonzero(report.rows >= 0)
    # In the order of the samples, so that those of one file are found at once.
    used = used[np.argsort(report.rows[used], kind="stable")]
    ours = labels.take(used)
    rows = report.rows[used]
    annotators = sorted(set(ours.annotators) - {""})
    place = {annotator: number for number, annotator in enumerate(annotators)} | {"": -1}
    annotations = np.empty(len(ours), ANNOTATION)
    annotations["row"] = rows
    annotations["annotator"] = [place[annotator] for annotator in ours.annotators]
    annotations["time"] = ours.times
    annotations["width"], annotations["height"] = ours.sizes.T
    filled: dict[str, NDArray[Any]] = {}
    for kind, (attribute, _) in TABLES.items():
        table = getattr(ours, attribute)
        if len(table):
            filled[kind] = table
    asked = undecided(labels.findings)
    attributes = LabelAttributes(
        tuple(ours.class_names),
        tuple(annotators),
        ours.tasks,
        ours.source,
        report.source,
        unannotated=str(meaning_of(asked)) if asked else "",
        n_unannotated=len(asked.names) if asked else None,
    )
    return NewLabelSet(
        name or default_name(),
        ours.task,
        np.unique(rows),
        {Kind.LABEL: annotations, **filled},
        round_name,
        to_json(attributes),
    )


def default_name() -> str:
    """Return the name of labels that nobody has named: when they came, in UTC."""
    return f"labels {datetime.now(UTC):%Y-%m-%d %H:%M}"


def read_label_set(dataset: "Dataset", stored: LabelSet) -> tuple[Rows, Labels]:
    """Return the sample of each annotation of a set, and the annotations."""
    attributes = LabelAttributes.of(stored)
    annotations = dataset.arrays.read(stored.arrays[Kind.LABEL])
    # A field of a table is a strided view; what follows reads it many times.
    rows = np.ascontiguousarray(annotations["row"])
    # An unknown annotator is -1, which indexes the last name, the empty one.
    names = [*attributes.annotators, ""]
    tables = {}
    for kind, (_, entry) in TABLES.items():
        # Empty tables are not stored.
        tables[kind] = dataset.arrays.read(stored.arrays[kind]) if kind in stored.arrays else np.empty(0, entry)
    labels = Labels(
        dataset.filenames(rows),
        list(attributes.class_names),
        stored.task,
        [names[annotator] for annotator in annotations["annotator"].tolist()],
        np.ascontiguousarray(annotations["time"]),
        np.column_stack([annotations["width"], annotations["height"]]),
        classes=tables[Kind.LABEL_CLASS],
        boxes=tables[Kind.LABEL_BOX],
        keypoints=tables[Kind.LABEL_KEYPOINT],
        masks=tables[Kind.LABEL_MASK],
        runs=tables[Kind.LABEL_RUN],
        source=attributes.source,
    )
    return rows, labels


def labels_for(dataset: "Dataset", task: str) -> TaskLabels:
    """Return what counts of all labels for a task; `TaskLabels` without rows if there are none."""
    parts = [read_label_set(dataset, stored) for stored in _sets_for(dataset, task)]
    if not parts:
        no_sizes = np.empty((0, 2), np.float32)
        nothing = Labels([], [], task, [], times=np.empty(0), sizes=no_sizes)
        no_numbers = np.empty(0, np.int64)
        return TaskLabels(no_numbers, nothing, n_annotators=no_numbers, disagrees=np.empty(0, bool))
    all_labels = concatenated([labels for _, labels in parts], task)
    samples = np.concatenate([rows for rows, _ in parts])
    n_annotations = [len(rows) for rows, _ in parts]
    files = np.repeat(np.arange(len(parts)), n_annotations)
    counts = counting(samples, files, all_labels)
    return TaskLabels(counts.rows, all_labels.take(counts.annotations), counts.n_annotators, counts.disagrees)


def rows_with_labels(dataset: "Dataset", task: str) -> Rows:
    """Return the rows of `labels_for`, ascending, without reading what is on the images."""
    return union([dataset.arrays.read(stored.arrays[Kind.LABEL])["row"] for stored in _sets_for(dataset, task)])


def _sets_for(dataset: "Dataset", task: str) -> list[LabelSet]:
    # Oldest first: to `counting` a higher number is a later file.
    return [stored for stored in reversed(dataset.labels.all()) if task in LabelAttributes.of(stored).tasks]


def counting_labels(dataset: "Dataset", task: str | None = None) -> Sequence[SampleLabel]:
    """Return what counts for each labeled sample, by default for the task of the newest labels."""
    tasks = label_tasks(dataset)
    if not tasks:
        return []
    counted = labels_for(dataset, task or tasks[0])
    return sample_labels(counted.labels, counted.n_annotators, counted.disagrees)


def label_tasks(dataset: "Dataset") -> list[str]:
    """Return the tasks for which there are labels, that of the newest ones first."""
    tasks: list[str] = []
    for stored in dataset.labels.all():
        tasks += LabelAttributes.of(stored).tasks
    return list(dict.fromkeys(tasks))


def _class_names_of_models(dataset: "Dataset") -> dict[str, list[str]]:
    """Return the classes of the current model of each task."""
    names: dict[str, list[str]] = {}
    for model in dataset.models.all():
        if model.is_current and model.predictions:
            names[model.task] = list(PredictionAttributes.of(model.predictions).class_names)
    return names


def _about_models(dataset: "Dataset", labels: Labels, named: Labels) -> list[Finding]:
    models = _class_names_of_models(dataset)
    if not models:
        return []
    findings = []
    shared = [task for task in labels.tasks if task in models]
    if not shared:
        tasks_of_labels = " and ".join(labels.tasks)
        tasks_of_models = " and ".join(models)
        findings.append(
            note(
                "other-task",
                f"These labels are for {tasks_of_labels}, but the models of the dataset are for {tasks_of_models}",
                "they are stored, but say nothing about these models",
            )
        )
        return findings
    if named.class_names != labels.class_names:
        pairs = zip(labels.class_names[:10], named.class_names[:10], strict=True)
        shown = ", ".join(f"{number} = {name}" for number, name in pairs)
        findings.append(
            note("class-numbers", "Classes are numbers", f"they are read as positions among the model's: {shown}")
        )
    new = [name for name in _used_names(named) if name not in models[shared[0]]]
    if new:
        findings.append(_NEW_CLASSES.of(new))
    return findings


def _used_names(labels: Labels) -> list[str]:
    tables = (labels.classes, labels.boxes, labels.keypoints, labels.runs)
    used = np.unique(np.concatenate([table["label"] for table in tables]))
    return [labels.class_names[label] for label in used.tolist() if label >= 0]
