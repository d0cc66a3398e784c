"""Labels that were dropped as predictions: stored as labels with one button."""

from pathlib import Path

import streamlit as st

from al_core.exceptions import ALCoreError
from al_core.formats import Labels, ReadingChoices
from al_core.formats.labels.label_findings import HAS_SCORES
from al_core.store import Dataset
from ui.labels.form import LabelSource, check_and_store_labels, read_source
from ui.messages import show_error
from ui.session import Key


def offer_to_store_labels(dataset: Dataset, path: Path, refusal: str = "") -> bool:
    """Draw the form of labels if a file that holds no predictions holds labels, and return whether it does.

    Args:
        dataset: That the labels are for.
        path: The file or folder.
        refusal: Why it was not read as predictions, if nothing on the page says so yet.
    """
    source = LabelSource(path, ReadingChoices(images_dir=dataset.images_dir))
    labels = _labels_of(source)
    if labels is None:
        return False
    if refusal:
        show_error(refusal)
    st.subheader("These are labels", help="What people said is on the images; labels have no uncertainty to score")
    check_and_store_labels(dataset, source, labels, Key.PREDICTIONS_ROUND)
    return True


def _labels_of(source: LabelSource) -> Labels | None:
    try:
        labels = read_source(source)
    except ALCoreError:
        return None
    # Objects with scores are what a model has predicted, even if they cannot be read as that.
    is_predicted = any(finding.what == HAS_SCORES.what for finding in labels.findings)
    return None if is_predicted or not len(labels) else labels
