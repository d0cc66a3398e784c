"""The files of predictions that are on the page."""

import streamlit as st

from al_core.formats import CLASS_NAME_SUFFIXES, PREDICTION_READERS, PredictionFiles, assign_roles
from al_core.steps import exports
from al_core.store import Dataset
from ui.file_drop import chosen_files, types_of
from ui.session import Key, round_of

# Besides the readers' own suffixes those of single files of a folder, YOLO's text files and Pascal VOC's XML, and those
# of files that name the classes.
TYPES = sorted({*types_of(PREDICTION_READERS), *(suffix[1:] for suffix in CLASS_NAME_SUFFIXES), "txt", "xml"})


def dropped_files() -> PredictionFiles | None:
    """Draw the drop zone and return what lies in it, each file in its role."""
    paths = chosen_files(
        "Predictions or ready-made scores",
        TYPES,
        f"predictions-{round_of(Key.PREDICTIONS_ROUND)}",
        "One file, or several that belong together: COCO results with their annotation file, one text or XML file per "
        "image, a file of class names such as data.yaml",
    )
    return assign_roles(paths) if paths else None


def example_download(dataset: Dataset) -> None:
    """Draw the button that downloads a file of predictions for this dataset."""
    st.download_button(
        "Example file for this dataset",
        lambda: exports.example_predictions(dataset),
        file_name=f"{dataset.name}-predictions-example.csv",
        icon=":material/download:",
        on_click="ignore",
        help="A CSV with the right filenames: use it as a template, or drop it above to see what happens",
    )
