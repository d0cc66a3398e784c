"""What can be done with one tag."""

import streamlit as st

from al_core.store import Dataset, Tag, TagSummary
from ui.messages import plain
from ui.tags.combine import combine_form
from ui.tags.download import download_form
from ui.tags.duplicates import duplicates_form
from ui.tags.edit import edit_form, labeled_toggle
from ui.tags.filename_tag import filename_tag_form


def tag_actions(dataset: Dataset, tags: list[TagSummary], tag: Tag) -> None:
    """Draw what can be done with one of a dataset's tags, and the ways to make another."""
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
