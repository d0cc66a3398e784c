"""The demos that the workspace does not have, one button each."""

from collections.abc import Callable

import streamlit as st

from al_core.demos import digits, scenes
from al_core.store import Dataset
from ui import state

TASKS = {
    "object-detection": "Detection demo",
    "semantic-segmentation": "Segmentation demo",
    "keypoint-detection": "Keypoint demo",
}


def offer_demos() -> None:
    known = {dataset.name for dataset in state.workspace().datasets()}
    missing = {task: label for task, label in TASKS.items() if scenes.NAMES[task] not in known}
    if digits.NAME in known and not missing:
        return
    st.caption(
        "Demos, made here in seconds. Images and predictions are real: digits written by hand, alone or put on "
        "photographs, and what a small model says that has seen 100 or 40 of them."
    )
    with st.container(horizontal=True):
        if digits.NAME not in known and st.button(
            "Restore the demo", icon=":material/restart_alt:", help="1,797 images of handwritten digits"
        ):
            _open(lambda: digits.build(state.workspace()), "Training on 100 images and predicting…")
        for task, label in missing.items():
            if st.button(
                label,
                key=f"demo-{task}",
                icon=":material/add_photo_alternate:",
                help="200 photographs with handwritten digits; a small network that has seen 40 slides over all",
            ):
                _open(lambda task=task: scenes.build(state.workspace(), task), "Drawing scenes and predicting…")


def _open(build: Callable[[], Dataset], doing: str) -> None:
    with st.spinner(doing):
        state.open_dataset(build().id)
    st.rerun()
