import streamlit as st

from al_core.text import counted
from ui import state
from ui.glossary import show_words
from ui.messages import plain
from ui.select.form import selection_form, show_job
from ui.select.result import choose_selection, show_result

st.title("Select")
dataset = state.require_dataset()
st.caption(f"{plain(dataset.name)} · {counted(dataset.n_samples, 'image')}. Choose which images to label next.")
show_words("select")
# ui/select/layout.css stands them below each other where the window is narrow.
with st.container(key="select-split"):
    form, result = st.columns([3, 5], gap="large")
with form.container(border=True):
    selection_form(dataset)
with result:
    show_job(dataset)
    tag = choose_selection(dataset)
    if tag:
        show_result(dataset, tag)
    else:
        st.info("The selected images appear here.", icon=":material/rule:")
