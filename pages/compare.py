import streamlit as st

from al_core.text import counted
from ui import state
from ui.compare.replay import show_replay
from ui.compare.result import show_comparison
from ui.compare.setup import comparison_form
from ui.glossary import show_words
from ui.messages import plain

st.title("Compare")
dataset = state.require_dataset()
st.caption(
    f"{plain(dataset.name)} · {counted(dataset.n_samples, 'image')}. What would each method pick, before anybody pays "
    "for labels?"
)
show_words("compare")
methods, replay = st.tabs(["Methods side by side", "Replay on your labels"])
with methods:
    comparison_form(dataset)
    show_comparison(dataset)
with replay:
    show_replay(dataset)
