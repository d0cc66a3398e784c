"""From which confidence on the boxes of a file count, chosen on their histogram."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import workflow
from al_core.formats import Predictions
from al_core.steps.confidence import DEFAULT_CONFIDENCE_THRESHOLD, box_confidences
from al_core.steps.rescoring import stored_confidences
from al_core.steps.tasks import find_task
from al_core.store import Dataset, Model
from al_core.text import counted, percent
from ui import charts
from ui.clicks import clicked
from ui.messages import errors_explained
from ui.reruns import rerun
from ui.session import key_of
from ui.undo import of_model, say_changed
from ui.visitor import obstacle

STEP = 0.01
MOST_DRAWN = 200_000
"""Boxes in the histogram of a stored model: more change no bar that can be seen, and take seconds to send."""


def choose_threshold(file: Path, predictions: Predictions) -> float | None:
    """Draw the histogram of the boxes' confidences with a slider below, and return its value; None without boxes."""
    confidences = box_confidences(predictions)
    if not len(confidences):
        return None
    with st.container(border=True):
        st.markdown(
            "**Confidence of the boxes**",
            help="Detectors write many boxes of almost no confidence. Each of them looks uncertain, so that with them "
            "every image would",
        )
        # Above the slider, whose value it shows.
        place = st.empty()
        threshold = st.slider(
            "Boxes count from a confidence of",
            0.0,
            1.0,
            DEFAULT_CONFIDENCE_THRESHOLD,
            STEP,
            key=key_of("confidence-threshold", str(file)),
            help="Scores, cards and exports leave out boxes below it; they are stored all the same",
        )
        place.html(charts.confidence_histogram(confidences, threshold))
        # In 32 bits, as confidences are: of 64 bits, 0.7 is more than the 0.7 of a box.
        n_confident = int((confidences >= np.float32(threshold)).sum())
        share = percent(n_confident / len(confidences))
        st.caption(f"{n_confident:,} of {counted(len(confidences), 'box')} count ({share})")
    return threshold


def threshold_popover(dataset: Dataset, model: Model) -> None:
    """Draw, about a stored model of boxes, from which confidence on they count, and change it."""
    if model.predictions is None or not find_task(model.task).has_threshold:
        return
    reason = obstacle()
    label = f"Boxes from {model.confidence_threshold:g}"
    with st.popover(label, icon=":material/tune:", help="The confidence from which on its boxes count"):
        confidences = _confidences(model.predictions.digest, dataset, model)
        threshold = st.slider(
            "Boxes count from a confidence of",
            0.0,
            1.0,
            model.confidence_threshold,
            STEP,
            # A key of its own for each stored value: after a change or its undo the slider begins there.
            key=key_of("model-threshold", model.id, f"{model.confidence_threshold:g}"),
            disabled=bool(reason),
            help=reason
            or "Scores are calculated anew; cards and exports leave out boxes below it: `workflow.change_threshold`",
        )
        st.html(charts.confidence_histogram(confidences, threshold))
        share = float((confidences >= np.float32(threshold)).mean()) if len(confidences) else 0.0
        st.caption(f"{percent(share)} of the boxes count")
        is_same = threshold == model.confidence_threshold
        if clicked(
            "Score anew",
            key=f"rescore-{model.id}",
            is_next=True,
            reason=reason or ("Move the slider first" if is_same else None),
            hint="The earlier value brings its scores back",
        ):
            with errors_explained():
                with st.spinner("Calculating scores…"):
                    changed = workflow.change_threshold(dataset, model, threshold)
                say_changed(
                    dataset,
                    f"Boxes of “{changed.name}” count from {threshold:g} on",
                    lambda: workflow.change_threshold(dataset, changed, model.confidence_threshold),
                    of_model(model, lambda present: present.confidence_threshold),
                )
                rerun()


@st.cache_data(max_entries=20, show_spinner=False)
def _confidences(digest: str, _dataset: Dataset, _model: Model) -> NDArray[np.float32]:
    confidences = stored_confidences(_dataset, _model)
    step = max(1, len(confidences) // MOST_DRAWN)
    return confidences[::step]
