"""How a file of predictions is to be read: what was recognized, what else may be chosen, and what the file lacks."""

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from al_core.exceptions import ALCoreError, InvalidInputError
from al_core.formats import (
    CLASS_NAME_SUFFIXES,
    PREDICTION_READERS,
    SCORE_READERS,
    Policy,
    PredictionFiles,
    Predictions,
    ReadingChoices,
)
from al_core.formats.prediction_files import SCORES
from al_core.formats.tables.ranks import are_numbered
from al_core.formats.worker import read_class_names, recognize
from al_core.store import INITIAL_TAG, Dataset
from ui.file_drop import chosen_file
from ui.predictions.columns import chosen_columns
from ui.predictions.logits import chosen_softmax
from ui.predictions.source import PredictionSource
from ui.session import key_of

LABELS = {name: reader.label for name, reader in PREDICTION_READERS.items()} | {SCORES: SCORE_READERS["csv"].label}
POLICIES = {
    Policy.SKIP: "Skip",
    Policy.FILL: "Treat as fully uncertain",
    Policy.REJECT: "Reject the file",
}


@dataclass(frozen=True)
class Layout:
    """How files are to be read.

    Attributes:
        source: The files, with how to read them.
        label: What people call their format.
        policy: What happens to rows that cannot be used.
        room: Where on the page more questions about the file fit.
    """

    source: PredictionSource
    label: str
    policy: Policy
    room: DeltaGenerator


def choose_layout(files: PredictionFiles) -> Layout:
    """Draw the choices and return them.

    Raises:
        ALCoreError: If the layout was not recognized, until one is chosen.
    """
    read_as, bad_rows, room = st.columns(3, vertical_alignment="bottom")
    name = _choose_reader(files, read_as)
    policy = bad_rows.selectbox(
        "Unusable rows",
        list(POLICIES),
        format_func=lambda policy: POLICIES[policy],
        help="What to do with bad rows and with images without a prediction",
    )
    lower = name == SCORES and room.toggle(
        "Lower means more informative",
        help="For scores of label quality, such as cleanlab's: each value is replaced by 1 minus the value",
    )
    with room:
        files = _with_annotations(files, name)
    choices = ReadingChoices(
        format=name,
        lower_is_more=lower,
        softmax=chosen_softmax(files.predictions),
        columns=chosen_columns(files.predictions),
    )
    return Layout(PredictionSource(files, choices), LABELS[name], policy, room)


def _choose_reader(files: PredictionFiles, place: DeltaGenerator) -> str:
    recognized = None
    problem = None
    try:
        recognized = recognize(files.predictions)
    except ALCoreError as error:
        problem = error
    names = list(LABELS)
    chosen = place.selectbox(
        "Read as",
        names,
        index=names.index(recognized) if recognized else None,
        format_func=lambda name: LABELS[name] + (" (recognized)" if name == recognized else ""),
        key=key_of("read-as", str(files.predictions)),
        help="Recognized by content; choose another layout if that is wrong",
    )
    if chosen is None:
        # Only now, so that a layout can be chosen above the explanation.
        raise problem or InvalidInputError(f"choose how to read {files.predictions.name}")
    return chosen


def _with_annotations(files: PredictionFiles, layout: str) -> PredictionFiles:
    companion = PREDICTION_READERS[layout].companion if layout != SCORES else ""
    if not companion or files.images:
        return files
    with st.popover("Add the annotation file", icon=":material/note_add:", width="stretch"):
        key = key_of("images", str(files.predictions))
        images = chosen_file(companion, ["json"], key, "Or drop both files above at once")
    return replace(files, images=images)


def completed(dataset: Dataset, predictions: Predictions, room: DeltaGenerator) -> tuple[Predictions, str]:
    """Return the predictions with the names that their file lacks, and a text that changes when those do."""
    depends = ""
    if predictions.names_are_ids and _are_filenames(room):
        predictions = replace(predictions, names_are_ids=False)
        depends += "ids are filenames"
    if predictions.filenames is None:
        predictions, tag_id = _with_filenames(dataset, predictions, room)
        depends += tag_id
    if predictions.class_names and are_numbered(predictions.class_names):
        with st.popover("Name the classes", icon=":material/label:", help="The file does not name them"):
            suffixes = [suffix.removeprefix(".") for suffix in CLASS_NAME_SUFFIXES]
            file = chosen_file("Class names", suffixes, "class-names", "One name per line, or a data.yaml")
        if file:
            predictions = predictions.with_class_names(read_class_names(file), "The file")
            depends += str(file)
    return predictions, depends


def _are_filenames(room: DeltaGenerator) -> bool:
    """Draw the question whether the numbers of images in a file are their filenames, and return the answer."""
    return room.toggle(
        "The numbers are filenames",
        help="The file calls its images by numbers, which an annotation file explains. Without one they are matched "
        "with no image, unless you know that 7 means 7.jpg",
    )


def _with_filenames(dataset: Dataset, predictions: Predictions, room: DeltaGenerator) -> tuple[Predictions, str]:
    names = [tag.name for tag in dataset.tag_summaries()]
    name = room.selectbox(
        "Rows are in the order of",
        names,
        index=names.index(INITIAL_TAG),
        help="The set of images that was predicted: the file does not name them",
    )
    tag = dataset.tag(name)
    return predictions.with_filenames(dataset.filenames(tag.rows), "The file"), tag.id
