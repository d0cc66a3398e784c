"""A new tag from two."""

from typing import Literal

import streamlit as st

from al_core.exceptions import InvalidInputError
from al_core.steps.tags import combine_tags
from al_core.store import Dataset, Tag, TagSummary
from ui.clicks import clicked
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.tags.created import say_created
from ui.visitor import obstacle

Operation = Literal["union", "intersection", "difference"]
OPERATIONS: dict[Operation, str] = {
    "union": "Everything in “{first}” or “{second}”.",
    "intersection": "Everything in both “{first}” and “{second}”.",
    "difference": "Everything in “{first}” but not in “{second}”.",
}


def combine_form(dataset: Dataset, tag: Tag, tags: list[TagSummary]) -> None:
    """Draw the form that combines a tag with another."""
    operation = st.segmented_control(
        "Operation", list(OPERATIONS), default="union", required=True, help="How the two sets of images are combined"
    )
    others = {other.name: other for other in tags if other.id != tag.id}
    second = others.get(st.selectbox("With", list(others), help="The second tag") or "")
    sentence = OPERATIONS[operation].format(first=tag.name, second=second.name if second else "–")
    st.caption(plain(sentence))
    name = st.text_input("Name of the result", help="The result is stored as a new tag")
    reason = obstacle(None if others else "There is no second tag yet")
    if clicked("Create tag", key="combine-two", reason=reason) and second:
        with errors_explained():
            if not name:
                raise InvalidInputError("The result has no name yet: enter one above")
            combined = combine_tags(dataset, tag, dataset.tag(second.name), operation, name)
            say_created(dataset, combined)
            rerun()
