"""Datasets that were deleted and can still be brought back."""

import streamlit as st

from al_core.store import Workspace
from al_core.store.restoration import DATASET
from al_core.text import counted, moment
from ui.clicks import clicked
from ui.datasets.made import say_made
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.visitor import obstacle


def deleted_datasets(workspace: Workspace) -> None:
    """Draw them with a button each, if there are any."""
    stones = [stone for stone in workspace.tombstones.all() if stone.kind == DATASET]
    if not stones:
        return
    reason = obstacle()
    with st.expander(f"{counted(len(stones), 'deleted dataset')}", icon=":material/restore_from_trash:"):
        for stone in stones:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"“{plain(stone.name)}”, deleted {moment(stone.deleted_at)}; gone for good from "
                    f"{moment(stone.expires_at)}",
                    width="stretch",
                )
                if clicked("Restore", key=f"restore-{stone.id}", reason=reason, hint="As it was"):
                    with errors_explained():
                        workspace.tombstones.restore(stone.id)
                        say_made(stone.dataset_id, f"“{stone.name}” is back")
                        rerun()
