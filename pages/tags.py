import streamlit as st

from al_core.text import counted
from ui import state
from ui.labels.form import labels_form
from ui.labels.sets import show_label_sets
from ui.messages import plain
from ui.tags.combine import combine_form
from ui.tags.download import download_form
from ui.tags.duplicates import duplicates_form
from ui.tags.edit import edit_form, labeled_toggle
from ui.tags.filename_tag import filename_tag_form
from ui.tags.tree import show_tree

st.title("Tags")
dataset = state.require_dataset()
tags = dataset.tags()
st.caption(
    f"{plain(dataset.name)} · {counted(len(tags), 'tag')}. A tag is a named set of images; every selection makes one."
)
table, detail = st.columns([1, 1], gap="large")
with table:
    tag = show_tree(tags)
with detail.container(border=True):
    st.subheader(plain(tag.name))
    labeled_toggle(dataset, tag)
    download, combine, edit, from_list, duplicates = st.tabs(
        ["Download", "Combine", "Edit", "Import list", "Duplicates"]
    )
    with download:
        download_form(dataset, tag)
    with combine:
        combine_form(dataset, tag, tags)
    with edit:
        edit_form(dataset, tag, tags)
    with from_list:
        filename_tag_form(dataset)
    with duplicates:
        duplicates_form(dataset)
st.subheader("Labels")
st.caption("What people said is on the images. Labeled images are not picked again, and models are judged by them.")
labels_form(dataset)
show_label_sets(dataset)
