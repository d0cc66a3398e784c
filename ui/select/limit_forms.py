"""The form of each limit: a new one is one entry in `LIMIT_FORMS`."""

import streamlit as st

from al_core.config import Apart, AtMost, Between, Column, Exclude, Limit, Pattern, Quota
from al_core.store import INITIAL_TAG
from ui.messages import plain
from ui.select.fields import Fields
from ui.select.goal_forms import Form

BY_COLUMN = "column"
BY_PATTERN = "filename"
OF_TAG = "tag"


def _at_most(fields: Fields) -> Limit:
    k = fields.number("At most", "k", fields.said("k", 3), min_value=1, step=1, hint="Labeled images count: `k`")
    return AtMost(int(k), per=fields.grouping("per", fields.said("per", None), at_most=int(k)))


def _apart(fields: Fields) -> Limit | None:
    said = fields.said("by", None)
    options = {BY_COLUMN: "a column of numbers", BY_PATTERN: "a number in the filename"}
    usual = BY_PATTERN if isinstance(said, Pattern) else BY_COLUMN
    source = fields.choice("Measured by", "source", options, usual, hint="Frames, seconds or meters")
    by: Column | Pattern
    if source == BY_PATTERN:
        text = said.text if isinstance(said, Pattern) else "frame_{}.png"
        by = Pattern(fields.text("Filenames look like", "pattern", text, hint="`{}` stands for the number"))
    else:
        name = fields.number_column("column", said.name if isinstance(said, Column) else None, hint="Numbers")
        if name is None:
            return None
        by = Column(name)
    apart = fields.number("At least", "at-least", fields.said("at_least", 10.0), min_value=0.0, hint="`at_least`")
    is_within = st.toggle(
        "Only within a group",
        key=fields.flag("is-within", fields.said("within", None) is not None),
        help="Compares images of one sequence or camera only: `within`",
    )
    within = fields.grouping("within", fields.said("within", None), label="Group") if is_within else None
    return Apart(by, float(apart), within)


def _quota(fields: Fields) -> Limit | None:
    by = fields.by(fields.said("by", None))
    said = dict(fields.said("ranges", ()))
    names = fields.several("Groups", "groups", fields.group_names(by), list(said), hint="Each gets its own numbers")
    ranges = {}
    for name in names:
        least, most = said.get(name, (1, -1))
        left, right = st.columns(2)
        with left:
            fewest = fields.number(
                f"{plain(name)}: at least",
                f"least-{name}",
                least,
                min_value=0,
                step=1,
                hint="Labeled images count, too",
            )
        with right:
            greatest = fields.number(
                f"{plain(name)}: at most",
                f"most-{name}",
                None if most == -1 else most,
                min_value=0,
                step=1,
                placeholder="any number",
                hint="Labeled images count, too",
            )
        # In a `Quota`, -1 is any number.
        ranges[name] = (int(fewest), -1 if greatest is None else int(greatest))
    if not ranges:
        st.caption("Choose at least one group.")
        return None
    return Quota(by, ranges)


def _between(fields: Fields) -> Limit | None:
    name = fields.number_column("name", fields.said("name", None), hint="Metadata or a score")
    left, right = st.columns(2)
    with left:
        least = fields.number("At least", "at-least", fields.said("at_least", 0.0), hint="Empty for no lower bound")
    with right:
        most = fields.number(
            "At most", "at-most", fields.said("at_most", None), placeholder="any", hint="Empty for no upper bound"
        )
    return None if name is None else Between(name, least, most)


def _exclude(fields: Fields) -> Limit | None:
    tags = [tag.name for tag in fields.dataset.tag_summaries() if tag.name != INITIAL_TAG]
    options = {"duplicates": "duplicates", "unreadable": "images that cannot be read"}
    if tags:
        options[OF_TAG] = "the images of a tag"
    usual = OF_TAG if fields.said("tag", None) else fields.said("role", "duplicates")
    what = fields.choice("Leave out", "what", options, usual, hint="They stay in the dataset")
    if what == "unreadable":
        return Exclude("unreadable")
    if what == OF_TAG:
        return Exclude(tag=fields.choice("Tag", "tag", tags, fields.said("tag", None), hint="Its images"))
    if not any(tag.role == "duplicates" for tag in fields.dataset.tag_summaries()):
        st.caption("No duplicates are tagged yet: find them on the Tags page.")
    return Exclude("duplicates")


LIMIT_FORMS = {
    AtMost.kind: Form("At most so many of a group", "Per patient, camera, sequence or folder.", _at_most),
    Apart.kind: Form("Keep frames apart", "No two images nearer in time or place than this.", _apart),
    Quota.kind: Form("So many of each group", "At least and at most of some classes or groups.", _quota),
    Between.kind: Form("Only a range of numbers", "Only images whose number lies in a range.", _between),
    Exclude.kind: Form("Leave images out", "Duplicates, broken images, or those of a tag.", _exclude),
}
