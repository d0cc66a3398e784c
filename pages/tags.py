import streamlit as st

from al_core.text import counted
from ui import state
from ui.glossary import show_words
from ui.labels.form import labels_form
from ui.labels.sets import show_label_sets
from ui.messages import plain
from ui.tags.bulk import bulk_actions
from ui.tags.one import tag_actions
from ui.tags.tree import chosen_tags, show_tree

st.title("Tags")
dataset = state.require_dataset()
tags = dataset.tag_summaries()
st.caption(
    f"{plain(dataset.name)} · {counted(len(tags), 'tag')}. A tag is a named set of images; every selection makes one. "
    "Tick several to change them together."
)
show_words("tags")
chosen = chosen_tags(dataset, show_tree(tags))
with st.container(border=True):
    if len(chosen) > 1:
        bulk_actions(dataset, tags, chosen)
    else:
        tag_actions(dataset, tags, chosen[0])
st.subheader("Labels")
st.caption("What people said is on the images. Labeled images are not picked again, and models are judged by them.")
labels_form(dataset)
show_label_sets(dataset)
