"""The demos that the workspace does not have, one button each."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from al_core.demos import digits, scenes
from al_core.store import Dataset
from al_core.text import counted
from ui import state
from ui.clicks import clicked
from ui.datasets.made import say_made
from ui.reruns import rerun
from ui.visitor import obstacle

LABELS = {
    "object-detection": "Detection demo",
    "semantic-segmentation": "Segmentation demo",
    "keypoint-detection": "Keypoint demo",
}


def offer_demos() -> None:
    """Draw a button for each demo that is missing, if one is."""
    names = {dataset.name for dataset in state.datasets()}
    lacks_digits = digits.NAME not in names
    missing_scenes = [task for task in LABELS if scenes.NAMES[task] not in names]
    if obstacle() or (not lacks_digits and not missing_scenes):
        return
    st.caption(
        "Try it on example data (about 5 s): real handwritten digits, on their own or in scenes composed with "
        "photographs, each with three finished rounds of a small model."
    )
    with st.container(horizontal=True):
        if lacks_digits:
            _offer_digits()
        for task in missing_scenes:
            _offer_scenes(task)


def _offer_digits() -> None:
    if clicked(
        "Restore the demo",
        key="demo-digits",
        icon=":material/restart_alt:",
        hint="1,797 images of handwritten digits, with three finished rounds",
    ):
        _open(digits.build, "Storing 1,797 images and three finished rounds…")


def _offer_scenes(task: str) -> None:
    if clicked(
        LABELS[task],
        key=f"demo-{task}",
        icon=":material/add_photo_alternate:",
        hint="340 composed scenes: handwritten digits on photographs, with three finished rounds of a small model",
    ):
        _open(partial(scenes.build, task=task), "Composing 340 scenes, predicting and storing three finished rounds…")


def _open(build: Callable[..., Dataset], activity: str) -> None:
    bar = st.progress(0.0, text=activity)
    dataset = build(state.local_workspace(), progress=lambda done, total: bar.progress(done / total, text=activity))
    state.open_dataset(dataset.id)
    say_made(dataset.id, f"Added the demo “{dataset.name}” with {counted(dataset.n_samples, 'image')}")
    rerun()
