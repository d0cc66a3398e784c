"""Whether numbers that are not probabilities get a softmax: asked only for a file that has such."""

from pathlib import Path

import streamlit as st

from al_core.formats.join.finding import LOGITS
from ui.predictions.columns import chosen_columns
from ui.predictions.source import Contents
from ui.reruns import rerun
from ui.session import key_of

NOT_PROBABILITIES = "not-probabilities-at-all"
_SOFTMAX = "Apply a softmax"
_AS_THEY_ARE = "Use as they are"


def chosen_softmax(file: Path) -> bool | None:
    """Draw the choice for a file whose numbers have turned out to be no probabilities, and return it.

    Clear logits get a softmax unless it is said otherwise; of other numbers nothing is assumed.
    """
    scale = st.session_state.get(_key(file))
    if not scale:
        return None
    choice = st.segmented_control(
        "The values look like logits" if scale == LOGITS else "The values are not probabilities",
        [_SOFTMAX, _AS_THEY_ARE],
        default=_SOFTMAX if scale == LOGITS else None,
        key=key_of("softmax", str(file)),
        help="A softmax turns the numbers of each image into probabilities that sum to 1",
    )
    return None if choice is None else choice == _SOFTMAX


def ask_for_softmax(file: Path, contents: Contents) -> None:
    """Draw the page again with that choice if the file has turned out to need it."""
    refused = {finding.what for finding in contents.findings} & {LOGITS, NOT_PROBABILITIES}
    if refused and not st.session_state.get(_key(file)):
        st.session_state[_key(file)] = refused.pop()
        rerun()


def _key(file: Path) -> str:
    # Other columns as classes are other numbers.
    columns = chosen_columns(file)
    return key_of("no-probabilities", str(file), *columns, *columns.values())
