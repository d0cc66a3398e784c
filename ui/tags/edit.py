"""What a tag stands for, its name, and its end."""

import streamlit as st

from al_core.exceptions import InvalidInputError
from al_core.steps.tags import deletion_order
from al_core.store import INITIAL_TAG, Dataset, Tag, TagRole, TagSummary
from al_core.store.restoration import TAG
from al_core.text import counted
from ui.clicks import clicked
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.session import key_of
from ui.undo import say_changed, say_deleted
from ui.visitor import obstacle

INITIAL_IS_FIXED = f"{INITIAL_TAG} holds every image and stays as it is"
ROLE_IS_FIXED = {
    TagRole.ALL: INITIAL_IS_FIXED,
}


def labeled_toggle(dataset: Dataset, tag: Tag) -> None:
    """Draw the switch that marks a tag as labeled."""
    reason = obstacle(ROLE_IS_FIXED.get(tag.original_role))
    is_labeled = st.toggle(
        "Its images are labeled",
        tag.counts_as_labeled,
        # With the role in its key the switch follows a change that another page or person made.
        key=f"labeled-{tag.id}-{tag.role}",
        disabled=bool(reason),
        help=reason or "Its images are not selected again, and count as labeled everywhere",
    )
    if is_labeled != tag.counts_as_labeled:
        with errors_explained():
            mark_labeled(dataset, [tag], is_labeled=is_labeled)
            rerun()


def mark_labeled(dataset: Dataset, tags: list[Tag], *, is_labeled: bool) -> None:
    """Mark tags as labeled or as what they were made as, and say so."""
    changed: list[Tag] = []
    try:
        for tag in tags:
            dataset.set_tag_role(tag, TagRole.LABELED if is_labeled else tag.original_role)
            changed.append(tag)
    finally:
        # What was marked before an error can be undone too.
        if changed:
            what = f"“{changed[0].name}”" if len(changed) == 1 else counted(len(changed), "tag")
            sentence = f"Marked {what} as {'labeled' if is_labeled else 'not labeled'}"
            say_changed(
                dataset,
                sentence,
                lambda: [dataset.set_tag_role(tag, tag.role) for tag in changed],
                lambda local: [tag.role for tag in local.tags_by_id([tag.id for tag in changed])],
            )


def edit_form(dataset: Dataset, tag: Tag, tags: list[TagSummary]) -> None:
    """Draw the form that renames or deletes a tag."""
    fixed = obstacle(INITIAL_IS_FIXED if tag.name == INITIAL_TAG else None)
    children = [child.name for child in tags if child.parent_id == tag.id]
    name = st.text_input("New name", tag.name, key=f"rename-{tag.id}", disabled=bool(fixed), help=fixed)
    with st.container(horizontal=True):
        if clicked("Rename", key=f"rename-tag-{tag.id}", reason=fixed, hint="Change the name above"):
            with errors_explained():
                if name == tag.name:
                    raise InvalidInputError(f"“{tag.name}” is its name already: change it above")
                renamed = dataset.rename_tag(tag, name)
                sentence = f"“{tag.name}” is called “{name}” now"
                say_changed(
                    dataset,
                    sentence,
                    lambda: dataset.rename_tag(renamed, tag.name),
                    lambda local: [each.name for each in local.tags_by_id([tag.id])],
                )
                rerun()
        reason = fixed or (plain(f"Delete its children first: {', '.join(children)}") if children else None)
        delete_button(dataset, tags, [tag], reason)


def delete_button(dataset: Dataset, tags: list[TagSummary], chosen: list[Tag], reason: str | None) -> None:
    """Draw what deletes tags after a question; `reason` is why it cannot be done."""
    label = "Delete tag" if len(chosen) == 1 else f"Delete {counted(len(chosen), 'tag')}"
    if reason:
        st.button(label, icon=":material/delete:", disabled=True, help=reason)
        return
    with st.popover(label, icon=":material/delete:", help="The images stay, and it can be undone"):
        names = ", ".join(f"“{plain(tag.name)}”" for tag in chosen)
        st.write(f"This deletes {names}. The images stay.")
        # A click on the question about some tags is none about others.
        ids = [tag.id for tag in chosen]
        if clicked("Delete it" if len(chosen) == 1 else "Delete them", key=key_of("delete-tags", *ids), is_next=True):
            with errors_explained():
                _delete(dataset, tags, chosen)
                rerun()


def _delete(dataset: Dataset, tags: list[TagSummary], chosen: list[Tag]) -> None:
    deleted: list[str] = []
    try:
        for tag in deletion_order(tags, chosen):
            dataset.delete_tag(tag)
            deleted.append(tag.name)
    finally:
        # What was deleted before an error can be undone too.
        if deleted:
            what = f"the tag “{deleted[0]}”" if len(deleted) == 1 else counted(len(deleted), "tag")
            say_deleted(dataset, f"Deleted {what}", kind=TAG, names=deleted)
