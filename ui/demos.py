"""The demos that the workspace does not have, one button each."""

import streamlit as st

from al_core import demo, scenes
from ui import state

TASKS = {
    "object-detection": "Detection demo",
    "semantic-segmentation": "Segmentation demo",
    "keypoint-detection": "Keypoint demo",
}


def offer_demos() -> None:
    known = {dataset.name for dataset in state.workspace().datasets()}
    if demo.NAME not in known and st.button(
        "Restore the demo", icon=":material/restart_alt:", help="1,797 images of handwritten digits with predictions"
    ):
        state.open_dataset(demo.build(state.workspace()).id)
        st.rerun()
    missing = {task: label for task, label in TASKS.items() if scenes.NAMES[task] not in known}
    with st.container(horizontal=True):
        for task, label in missing.items():
            if st.button(
                label,
                key=f"demo-{task}",
                icon=":material/add_photo_alternate:",
                help="200 photographs with handwritten digits on them, made here in seconds. The predictions are real: "
                "a small network that has seen 40 of them slides over all",
            ):
                with st.spinner("Drawing scenes and predicting…"):
                    state.open_dataset(scenes.build(state.workspace(), task).id)
                st.rerun()
