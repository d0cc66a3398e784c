"""What a person chooses about an export: classes to label, where the images are, how sure a model has to be."""

from collections.abc import Sequence

import streamlit as st

from al_core.exceptions import InvalidInputError
from al_core.formats import ExportChoices, Writer
from al_core.formats.exports.choices import LABELING_TASKS, MOST_SIGNED_HOURS
from al_core.formats.exports.writers import Option
from al_core.formats.names.class_names import CLASS_NAME_SUFFIXES
from al_core.formats.worker import read_class_names
from al_core.steps.exports import tag_predictions
from al_core.steps.tasks import PredictionAttributes
from al_core.store import Dataset, Tag
from al_core.text import counted
from ui.messages import errors_explained, plain
from ui.uploads import staged_files
from ui.visitor import may_name_paths

TASK_LABELS = dict(zip(LABELING_TASKS, ("One class", "Several classes", "Boxes", "Keypoints", "Masks"), strict=True))
MAX_NAMES_SHOWN = 10


def choose_options(dataset: Dataset, tag: Tag, writer: Writer) -> ExportChoices:
    """Draw what can be chosen about a format, and return what is."""
    stored = tag_predictions(dataset, tag) if writer.options else None
    predictions = PredictionAttributes.of(stored) if stored else None
    class_names: Sequence[str] = ()
    task = ExportChoices.task
    prefix = ""
    signed_hours = None
    min_confidence = None
    if Option.CLASS_NAMES in writer.options:
        class_names = _choose_classes(dataset, predictions)
        if predictions is None:
            task = _choose_task(dataset)
    if Option.IMAGE_PREFIX in writer.options:
        prefix = _choose_prefix(dataset)
        signed_hours = _choose_hours(dataset) if dataset.images_address and not prefix else None
    if Option.MIN_CONFIDENCE in writer.options and predictions:
        min_confidence = _choose_confidence(dataset, writer)
    try:
        choices = ExportChoices(class_names, task, prefix, min_confidence, signed_hours)
    except InvalidInputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return ExportChoices()
    if writer.name == "label-studio" and signed_hours is None:
        _say_what_to_set(dataset, prefix or dataset.images_address or "")
    return choices


def _choose_classes(dataset: Dataset, predictions: PredictionAttributes | None) -> list[str]:
    typed = st.text_area(
        "Classes to label, one per line",
        key=f"export-classes-{dataset.id}",
        height=90,
        placeholder="cat\ndog",
        help="What labelers choose among. Classes of the model are added by themselves",
    )
    uploaded = st.file_uploader(
        "… or a file with them",
        type=[suffix.removeprefix(".") for suffix in CLASS_NAME_SUFFIXES],
        key=f"export-class-file-{dataset.id}",
        help="One name per line, data.yaml, JSON, or labeling-config.xml of a former Label Studio project",
    )
    names = [line.strip() for line in typed.splitlines() if line.strip()]
    if uploaded:
        with errors_explained():
            names += read_class_names(staged_files([uploaded])[0])
    names = list(dict.fromkeys(names))
    predicted = [name for name in predictions.class_names if name not in names] if predictions else []
    for origin, classes in (("", names), (" of the model", predicted)):
        if classes:
            st.caption(f"{counted(len(classes), 'class')}{origin}: {_listed(classes)}")
    return names


def _listed(names: Sequence[str]) -> str:
    rest = ", …" if len(names) > MAX_NAMES_SHOWN else ""
    return plain(", ".join(names[:MAX_NAMES_SHOWN])) + rest


def _choose_task(dataset: Dataset) -> str:
    chosen: str = st.segmented_control(
        "What labelers mark",
        LABELING_TASKS,
        default=ExportChoices.task,
        format_func=lambda task: TASK_LABELS[task],
        required=True,
        key=f"export-task-{dataset.id}",
        help="There are no predictions that tell",
    )
    return chosen


def _choose_prefix(dataset: Dataset) -> str:
    prefix: str = st.text_input(
        "Address of the images",
        key=f"export-prefix-{dataset.id}",
        placeholder="https://host/images/ or s3://bucket/folder/",
        help="What comes before the filename. Empty: "
        + ("the address of the dataset's images" if dataset.images_address else "files of the tool's own machine"),
    )
    return prefix.strip()


def _choose_hours(dataset: Dataset) -> int | None:
    hours = st.number_input(
        "Hours for which each image has an https address of its own",
        0,
        MOST_SIGNED_HOURS,
        0,
        key=f"export-hours-{dataset.id}",
        help="Whoever has the file can read its images until then. 0: the tool has access to the bucket",
    )
    return hours or None


def _choose_confidence(dataset: Dataset, writer: Writer) -> float:
    return st.number_input(
        "Predictions from this confidence on",
        0.0,
        1.0,
        float(writer.min_confidence),
        0.05,
        # Another key for another default: under the same one the field would keep the number of the format before.
        key=f"export-confidence-{dataset.id}-{writer.min_confidence}",
        help="Less confident ones are left out",
    )


def _say_what_to_set(dataset: Dataset, prefix: str) -> None:
    if "://" in prefix or prefix.startswith("/"):
        st.caption("Object storage has to be a source storage of the project in Label Studio; README.md says more.")
        return
    # Where the folder lies is the business of those who may name paths on the machine.
    folder = dataset.images_dir if may_name_paths() else None
    name = prefix.strip("/") or (folder.name if folder else "images")
    root = plain(str(folder.parent)) if folder and not prefix else f"the folder that holds {plain(name)}"
    st.caption(
        "Start Label Studio with LABEL\\_STUDIO\\_LOCAL\\_FILES\\_SERVING\\_ENABLED=true and "
        f"LABEL\\_STUDIO\\_LOCAL\\_FILES\\_DOCUMENT\\_ROOT={root}. Add {plain(name)} to the project as a storage of "
        "the type Local files, without syncing it. README.md says more."
    )
