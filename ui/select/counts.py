"""How many images to select: what was asked for, how many there are, and what is refused."""

from dataclasses import dataclass

import streamlit as st

from ui.session import Key

NEW = "new"
TOTAL = "total"
# A first round that one person labels in an hour.
DEFAULT_NEW = 32


@dataclass(frozen=True)
class Counts:
    """The numbers of the next selection; `refusal` says why they cannot be used, None if they can."""

    n_new: int
    n_samples: int
    refusal: str | None


@dataclass(frozen=True)
class Asked:
    """What was typed last, and whether it was out of range at that moment."""

    n_new: int
    was_out_of_range: bool


def choose_counts(n_labeled: int, n_candidates: int) -> Counts:
    """Draw total and new, two views of one number: changing either moves the other.

    A number typed out of range stays as it is and is refused: nothing may run with another one than the field shows.
    A number that has become too large because the tags above it changed is lowered, and returns when they do.
    """
    asked = st.session_state.get(Key.ASKED, Asked(DEFAULT_NEW, was_out_of_range=False))
    n_new = asked.n_new if asked.was_out_of_range else min(asked.n_new, n_candidates)
    # Neither field holds the number: each tells it in its callback, and every run sets both from what was told.
    st.session_state[NEW] = n_new
    st.session_state[TOTAL] = n_labeled + n_new

    def ask(number: int) -> None:
        st.session_state[Key.ASKED] = Asked(number, was_out_of_range=not 1 <= number <= n_candidates)

    left, right = st.columns(2)
    # Without limits of their own: beyond them Streamlit turns a field red and goes on with the number before.
    left.number_input(
        "New images",
        step=1,
        key=NEW,
        on_change=lambda: ask(st.session_state[NEW]),
        help=f"How many to add; {n_candidates:,} are left to choose from",
    )
    right.number_input(
        "Total labeled",
        step=1,
        key=TOTAL,
        on_change=lambda: ask(st.session_state[TOTAL] - n_labeled),
        help=f"The {n_labeled:,} already labeled plus the new ones: `n_samples` in Python",
    )
    return Counts(n_new, n_labeled + n_new, find_refusal(n_new, n_labeled, n_candidates) if n_candidates else None)


def find_refusal(n_new: int, n_labeled: int, n_candidates: int) -> str | None:
    """Return why so many images cannot be selected, or None.

    Examples:
        >>> find_refusal(50, 10, 40)
        '50 new images are more than the 40 left to choose from: ask for fewer'
    """
    if n_new > n_candidates:
        return f"{n_new:,} new images are more than the {n_candidates:,} left to choose from: ask for fewer"
    if n_new >= 1:
        return None
    total = f": {n_labeled:,} are already labeled, so the total is at least {n_labeled + 1:,}" if n_labeled else ""
    return f"Ask for at least one new image{total}"
