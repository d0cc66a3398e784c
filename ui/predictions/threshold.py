"""From which confidence on the boxes of a file count, chosen on their histogram."""

from pathlib import Path

import numpy as np
import streamlit as st

from al_core.formats import Predictions
from al_core.steps.confidence import DEFAULT_CONFIDENCE_THRESHOLD, box_confidences
from al_core.text import counted, percent
from ui import charts
from ui.session import key_of

STEP = 0.01


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
        place = st.empty()
        threshold = st.slider(
            "Boxes count from a confidence of",
            0.0,
            1.0,
            DEFAULT_CONFIDENCE_THRESHOLD,
            STEP,
            key=key_of("confidence-threshold", str(file)),
            help="Scores, cards and exports leave out boxes below; they are stored all the same",
        )
        place.plotly_chart(
            charts.confidence_histogram(confidences, threshold),
            key=key_of("confidences", str(file)),
            config={"displayModeBar": False},
        )
        n_confident = int((confidences >= np.float32(threshold)).sum())
        share = percent(n_confident / len(confidences))
        st.caption(f"{n_confident:,} of {counted(len(confidences), 'box')} count ({share})")
    return threshold
