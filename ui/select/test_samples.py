"""How many of the new images are drawn at random for testing, and whom they speak for."""

from dataclasses import dataclass

import streamlit as st

from al_core.evaluation.reserve import RESERVE_SHARE, count_of_share
from al_core.steps.judges import JUDGES
from al_core.steps.reserve import StoredReserve, tested_rows
from al_core.store import Dataset, Kind
from al_core.text import capitalized, counted
from ui.messages import plain
from ui.select.tags import StartingPoint

PROPOSED_PERCENT = 10
"""Costs 0.3 to 0.9 points of area under the learning curve, and after ten rounds of 100 tells accuracy to 8 points."""
MOST_PERCENT = 50
NO_GROUPS = ""


@dataclass(frozen=True)
class TestChoice:
    """The share of test samples, 0 to 1, and the column whose groups stay together, or None."""

    # Pytest takes what is called Test… for tests.
    __test__ = False

    share: float
    groups: str | None


def choose_test_share(dataset: Dataset, start: StartingPoint, n_new: int) -> TestChoice:
    """Draw the choice and return it."""
    reserve = start.reserve
    # Of one image no reserve can be set aside.
    proposed = PROPOSED_PERCENT if reserve or start.n_candidates > 1 else 0
    percent = st.slider(
        "Test share",
        0,
        MOST_PERCENT,
        proposed,
        5,
        format="%d%%",
        help="Of the new images; they are drawn at random, labeled like the others, and never trained on",
    )
    n_tests = count_of_share(max(n_new, 0), percent / 100)
    if percent:
        st.caption(
            f"{counted(n_tests, 'image')} drawn at random will tell how good the model really is: it is not trained on "
            "them, and nothing else is an honest measure. The list for the labelers does not show which they are."
        )
    too_few = _too_few(dataset, start) if percent else None
    if too_few:
        st.caption(f":material/info: {too_few}")
    if reserve:
        st.caption(_population(dataset, reserve, n_tests))
    return TestChoice(percent / 100, _choose_groups(dataset) if percent and not reserve else None)


def _too_few(dataset: Dataset, start: StartingPoint) -> str | None:
    """Return that the reserve is too small for the figure of the current model's task, or None."""
    current = dataset.models.newest_current()
    judge = JUDGES.get(current.task) if current else None
    if judge is None:
        return None
    if start.reserve:
        n_population = len(start.reserve.reserve.population)
        n_reserved = len(start.reserve.reserve.rows)
    else:
        n_population = start.n_candidates
        # As the first round with a test share will set it aside.
        n_reserved = count_of_share(n_population, RESERVE_SHARE)
    if n_reserved >= judge.least_images:
        return None
    return (
        f"{capitalized(judge.measure)} is shown from {judge.least_images} test images on, and a tenth of "
        f"{counted(n_population, 'image')}, from which they are drawn, is {n_reserved:,}. Images that are added later "
        "enlarge it."
    )


def _population(dataset: Dataset, reserve: StoredReserve, n_tests: int) -> str:
    populations = [tag for tag in reversed(dataset.tag_summaries()) if tag.is_population]
    names = ", ".join(f"“{plain(tag.name)}”" for tag in populations)
    n_reserved = len(reserve.reserve.rows)
    n_tested = len(tested_rows(dataset, reserve))
    text = f"Accuracy speaks for {names}: {n_tested:,} of {n_reserved:,} reserved images are in a round so far."
    if n_tested + n_tests > n_reserved:
        text += f" The reserve has {n_reserved - n_tested:,} left."
    return text


def _choose_groups(dataset: Dataset) -> str | None:
    columns = [stored.name for kind in (Kind.CATEGORY, Kind.METADATA) for stored in dataset.arrays.all(kind)]
    if not columns:
        return None
    chosen = st.selectbox(
        "Keep groups together",
        [NO_GROUPS, *columns],
        format_func=lambda name: name or "no groups",
        help="Images of one sequence, patient or camera look alike: all of a group are tested, or all may be trained "
        "on. Fixed with the first test share",
    )
    return chosen or None
