"""The form of each goal: a new one is one entry in `GOAL_FORMS`."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from al_core.config import Balance, Goal, Limit, Novel, Prefer, Similar, Typical
from al_core.store import INITIAL_TAG
from ui.messages import plain
from ui.select.fields import Fields

OWN_SHARES = "own"
FILENAMES = "filenames"


@dataclass(frozen=True)
class Form:
    """How a goal or a limit is asked for.

    Attributes:
        title: In the menu.
        meaning: What it does, in one sentence.
        draw: Draws its fields and returns what they say, or None while something is missing; raises
            `InvalidInputError` for what cannot be used.
    """

    title: str
    meaning: str
    draw: Callable[[Fields], Goal | Limit | None]


def _balance(fields: Fields) -> Goal:
    by = fields.by(fields.said("by", None))
    said = fields.said("target", "uniform")
    options = {
        "uniform": "the same of each",
        "input": "as in the images to choose from",
        OWN_SHARES: "shares of my own",
    }
    usual = said if isinstance(said, str) else OWN_SHARES
    target = fields.choice("Wanted", "target", options, usual, hint="`target` in Python")
    if target != OWN_SHARES:
        return Balance(by, "input" if target == "input" else "uniform", fields.strength())
    shares = {} if isinstance(said, str) else dict(said)
    names = fields.several("Groups", "groups", fields.group_names(by), list(shares), hint="Others are not wanted")
    wanted = {
        name: fields.number(
            plain(name), f"share-{name}", shares.get(name, 1.0), min_value=0.0, hint="Parts of the whole"
        )
        for name in names
    }
    return Balance(by, wanted, fields.strength())


def _similar(fields: Fields) -> Goal | None:
    to = fields.said("to", "")
    names_there = [tag.name for tag in fields.dataset.tag_summaries() if tag.name != INITIAL_TAG]
    # With a word before it, no tag has the name of the entry for filenames.
    tags = {f"tag {name}": name for name in names_there}
    options = tags | {FILENAMES: "images that I name"}
    usual = f"tag {to}" if isinstance(to, str) else FILENAMES
    chosen = fields.choice("Like", "to", options, usual, hint="A tag, or single images: `to` in Python")
    names: str | list[str] = tags.get(str(chosen), "")
    if chosen == FILENAMES:
        names = fields.lines("Filenames", "names", () if isinstance(to, str) else to, hint="One per line")
    is_unlike = st.toggle(
        "Unlike them",
        key=fields.flag("unlike", fields.said("strength", 1.0) < 0),
        help="Prefers images that look different: a negative `strength`",
    )
    strength = fields.strength()
    if not names:
        st.caption("Name at least one image.")
        return None
    return Similar(names, -strength if is_unlike else strength)


def _typical(fields: Fields) -> Goal:
    return Typical(fields.strength())


def _novel(fields: Fields) -> Goal:
    return Novel(fields.strength())


def _prefer(fields: Fields) -> Goal | None:
    column = fields.number_column("column", fields.said("column", None), hint="Metadata or a score, from 0")
    is_low = st.toggle(
        "Low numbers",
        key=fields.flag("low", fields.said("strength", 1.0) < 0),
        help="Prefers low numbers: a negative `strength`",
    )
    strength = fields.strength()
    return None if column is None else Prefer(column, -strength if is_low else strength)


GOAL_FORMS = {
    Balance.kind: Form("Even out groups", "Prefers what classes, cameras or places are short of.", _balance),
    Similar.kind: Form("More like these", "Prefers images that look like some others.", _similar),
    Typical.kind: Form("Typical images", "Prefers images that many others look like: no oddities.", _typical),
    Novel.kind: Form("Unlike what is labeled", "Prefers images far from everything labeled before.", _novel),
    Prefer.kind: Form("High or low numbers", "Prefers one end of a column: sharp, bright, recent.", _prefer),
}
