"""From a file of labels to stored labels: read, compare with the dataset, show the comparison, store on the button."""

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from al_core import workflow
from al_core.exceptions import FileFormatError
from al_core.formats import LABEL_READERS, JoinReport, Labels, ReadingChoices
from al_core.formats.choices import Unannotated
from al_core.formats.join.finding import Finding
from al_core.formats.labels.label_findings import undecided
from al_core.formats.worker import read_labels
from al_core.steps.empty_images import earlier_done_labels
from al_core.store import Dataset
from al_core.text import counted
from ui.clicks import clicked
from ui.earlier_answer import show_earlier_answer
from ui.file_drop import chosen_files, types_of
from ui.messages import errors_explained, notify, plain
from ui.predictions.report import report_download, show_obstacles, show_sentences
from ui.reruns import rerun
from ui.session import Key, next_round, round_of
from ui.undo import offer_undo_of_storing
from ui.uploads import discard_staged
from ui.visitor import obstacle

HINT = (
    "What a labeling tool has exported: Label Studio, CVAT, COCO, YOLO, Pascal VOC, Labelbox, label maps, or a table "
    "of filenames and labels"
)
# YOLO's text files, images of label maps and class names come one by one when a folder is dropped.
TYPES = sorted({*types_of(LABEL_READERS), "png", "txt", "xml", "yaml", "yml", "names"})
N_CLASSES_SHOWN = 8
ALL_FORMATS = "Recognize it"

_MEANINGS = {Unannotated.OPEN: "Not looked at yet", Unannotated.DONE: "Done: nothing is on them"}


@dataclass(frozen=True)
class LabelSource:
    """A file or folder of labels and how to read it."""

    path: Path
    choices: ReadingChoices

    @property
    def key(self) -> str:
        """What the result depends on; another content has another key."""
        return f"{self.choices} {self.path}@{self.path.stat().st_mtime_ns}"


def labels_form(dataset: Dataset) -> None:
    """Draw the drop zone, and for what lies in it the report and the button."""
    paths = chosen_files("Bring labels back", TYPES, f"labels-{round_of(Key.LABELS_ROUND)}", HINT)
    if not paths:
        return
    with errors_explained():
        source = _source(dataset, paths)
        check_and_store_labels(dataset, source, read_source(source), Key.LABELS_ROUND)


def _source(dataset: Dataset, paths: list[Path]) -> LabelSource:
    folders = {path.parent for path in paths}
    if len(paths) > 1 and len(folders) > 1:
        raise FileFormatError(
            "these files lie in several folders; drop one file, one archive, or the files of a folder"
        )
    path = paths[0] if len(paths) == 1 else folders.pop()
    labels = {ALL_FORMATS: None} | {reader.label: name for name, reader in LABEL_READERS.items()}
    with st.expander("Reading options"):
        chosen = st.selectbox("Read as", list(labels), key="labels-format", help="If the file is recognized wrongly")
    return LabelSource(path, ReadingChoices(labels.get(chosen or ALL_FORMATS), images_dir=dataset.images_dir))


def read_source(source: LabelSource) -> Labels:
    """Return what the file holds, read once while it is on the page."""
    return _read(source.key, source)


def check_and_store_labels(dataset: Dataset, source: LabelSource, labels: Labels, round_key: Key) -> None:
    """Draw how labels meet the dataset, and the button that stores them; `round_key` counts the drops of its page."""
    question = undecided(labels.findings)
    if question:
        answer = _asked_unannotated(dataset, labels, question)
        source = replace(source, choices=replace(source.choices, unannotated=answer))
        labels = read_source(source)
    # Compared anew once others have stored labels or added images.
    report = _joined(f"{source.key} {dataset.version()}", source.path.name, dataset, labels)
    st.markdown(f":material/label: {_described(labels)}")
    _show_report(labels, report)
    _store_button(dataset, source, labels, report, round_key)


def _asked_unannotated(dataset: Dataset, labels: Labels, question: Finding) -> Unannotated:
    """Draw the question what images without any object mean, and return the answer."""
    earlier = earlier_done_labels(dataset, labels, question)
    proposed = Unannotated.DONE if earlier and earlier.holds else Unannotated.OPEN
    options = list(_MEANINGS)
    answer = st.radio(
        f"{counted(len(question.names), 'image')} without any object in the file",
        options,
        index=options.index(proposed),
        format_func=lambda meaning: _MEANINGS[meaning],
        horizontal=True,
        key="labels-unannotated",
        help="This format does not tell whether anybody has looked at them",
    )
    show_earlier_answer(earlier, _MEANINGS[Unannotated.DONE])
    return answer or Unannotated.OPEN


# The newest, and the one before while its report is still on the page.
@st.cache_resource(max_entries=2, show_spinner="Reading the labels…")
def _read(key: str, _source: LabelSource) -> Labels:
    return read_labels(_source.path, _source.choices)


@st.cache_resource(max_entries=2, show_spinner="Comparing with the dataset…")
def _joined(key: str, name: str, _dataset: Dataset, _labels: Labels) -> JoinReport:
    return workflow.check_labels(_dataset, _labels, source=name)


def _described(labels: Labels) -> str:
    names = labels.class_names
    listed = ", ".join(names[:N_CLASSES_SHOWN]) + (", …" if len(names) > N_CLASSES_SHOWN else "")
    classes = f"{counted(len(names), 'class')}: {plain(listed)}" if names else "no classes"
    task = labels.task.replace("-", " ").capitalize()
    return f"**{task}** · {labels.source} · {counted(len(labels), 'annotation')} · {classes}"


def _show_report(labels: Labels, report: JoinReport) -> None:
    show_obstacles(report)
    matched, still_open, unknown, disagree = st.columns(4)
    matched.metric("Labeled images", f"{report.n_used:,}", border=True)
    still_open.metric("Still open in the file", f"{len(labels.open_filenames):,}", border=True)
    unknown.metric("Unknown filenames", f"{len(report.unknown):,}", border=True)
    disagree.metric("Annotators disagree", f"{len(report.conflicting):,}", border=True)
    show_sentences(report)


def _store_button(dataset: Dataset, source: LabelSource, labels: Labels, report: JoinReport, round_key: Key) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name",
            placeholder="labels and the time",
            key="labels-name",
            help="The labels and the tag of the labeled images get this name",
        )
        reason = obstacle(None if report.usable else "The file cannot be used as it is: see the report")
        is_wanted = clicked("Store the labels", key="labels-store", is_next=True, icon=":material/save:", reason=reason)
        report_download(report)
    if not is_wanted:
        return
    stored = workflow.store_labels(dataset, labels, report, name=name.strip() or None)
    sentence = f"Stored the labels of {counted(stored.n_samples, 'image')} as “{stored.name}”"
    if not stored.is_new:
        # Undo would take away what was there before.
        notify(f"The same labels are stored as “{stored.name}” already; nothing has changed")
    elif dataset.server:
        notify(sentence)
    else:
        offer_undo_of_storing(sentence, lambda: workflow.delete_labels(dataset, stored))
    # Nobody asks for them again, and a million labels take memory.
    _read.clear()
    _joined.clear()
    discard_staged(source.path)
    next_round(round_key)
    rerun()
