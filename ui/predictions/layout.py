"""How a file of predictions is to be read: what was recognized, what else may be chosen, and what the file lacks."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from al_core.exceptions import ALCoreError
from al_core.formats import (
    CLASS_NAME_SUFFIXES,
    PREDICTION_READERS,
    SCORE_READERS,
    Policy,
    PredictionFiles,
    Predictions,
    read_class_names,
    recognize,
)
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.prediction_files import SCORES
from al_core.store import INITIAL_TAG, Dataset
from ui.file_drop import chosen_file
from ui.predictions.source import PredictionSource

LABELS = {name: reader.label for name, reader in PREDICTION_READERS.items()} | {SCORES: SCORE_READERS["csv"].label}
POLICIES = {
    Policy.SKIP: "Skip them",
    Policy.FILL: "Fill: equal probabilities",
    Policy.REJECT: "Refuse the file",
}


def source_of(files: PredictionFiles) -> tuple[PredictionSource, Policy, DeltaGenerator]:
    """Draw the choices; return the source, the policy and the room beside them."""
    try:
        recognized, problem = recognize(files.predictions), None
    except ALCoreError as error:
        recognized, problem = None, error
    layout, bad_rows, more = st.columns(3, vertical_alignment="bottom")
    chosen = layout.selectbox(
        "Read as",
        list(LABELS),
        index=list(LABELS).index(recognized) if recognized else None,
        format_func=lambda name: LABELS[name] + (" (recognized)" if name == recognized else ""),
        key=f"read-as-{files.predictions}",
        help="Found out from the content; choose another layout if that is wrong",
    )
    policy = bad_rows.selectbox(
        "Rows that cannot be used",
        list(POLICIES),
        format_func=POLICIES.get,
        help="What happens to bad rows and to samples without a prediction",
    )
    if problem and not chosen:
        raise problem
    lower = chosen == SCORES and more.toggle(
        "Lower means more informative",
        help="For scores of label quality, such as cleanlab's: 1 minus the value is used",
    )
    with more:
        files = _with_annotations(files, chosen)
    return PredictionSource(files, chosen, lower), policy, more


def _with_annotations(files: PredictionFiles, layout: str) -> PredictionFiles:
    about = PREDICTION_READERS[layout].companion if layout != SCORES else ""
    if not about or files.images:
        return files
    with st.popover("Add the annotation file", icon=":material/note_add:", width="stretch"):
        images = chosen_file(about, ["json"], f"images-{files.predictions}", "Or drop both files above at once")
    return replace(files, images=images)


def completed(dataset: Dataset, found: Predictions, room: DeltaGenerator) -> tuple[Predictions, str]:
    """The predictions with the names that their file lacks, and what those depend on."""
    depends = ""
    if found.filenames is None:
        tags = {tag.name: tag for tag in dataset.tags()}
        query = room.selectbox(
            "Rows are in the order of",
            list(tags),
            index=list(tags).index(INITIAL_TAG),
            help="The query set that was predicted: the file does not name its samples",
        )
        found = found.with_filenames(dataset.filenames(tags[query].rows), "The file")
        depends = tags[query].id
    if found.class_names and found.class_names == numbered_classes(len(found.class_names)):
        with st.popover("Name the classes", icon=":material/label:", help="The file does not name them"):
            file = chosen_file(
                "Class names", [s[1:] for s in CLASS_NAME_SUFFIXES], "class-names", "One name per line, or a data.yaml"
            )
        if file:
            found = found.with_class_names(read_class_names(file), "The file")
            depends += str(file)
    return found, depends
