"""How a selection chooses: its method, score and minimum distance."""

from collections import Counter
from dataclasses import dataclass, replace

import streamlit as st

from al_core.config import SamplingMethod
from al_core.scorers import score_title
from al_core.steps.score_range import range_finding
from al_core.steps.scores import preferred_first
from al_core.store import Dataset, Kind
from ui.messages import code_name, plain
from ui.select.ranking import show_ranking
from ui.select.wishes import store_wishes, wishes_of
from ui.session import key_of

WHEN_TO_USE = {
    SamplingMethod.CORAL: "Uncertain and diverse. The next labels, once a model has made predictions.",
    SamplingMethod.CORESET: "Diverse: the most different images first, rare ones included. For the first labels.",
    SamplingMethod.ACTIVE_LEARNING: "Uncertain only: the highest scores, near-duplicates included.",
    SamplingMethod.RANDOM: "Uniformly at random. The baseline to beat; it takes no goals.",
}
NEEDS_SCORE = (SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING)
NEEDS_EMBEDDING = (SamplingMethod.CORAL, SamplingMethod.CORESET)
NO_DISTANCE = -1.0


@dataclass(frozen=True)
class Choice:
    """A method with the name of the score that it uses, if it uses one."""

    method: SamplingMethod
    score: str | None


def choose_method(dataset: Dataset) -> Choice:
    """Draw the choice of method and score."""
    scores = preferred_first(score.name for score in dataset.arrays.all(Kind.SCORE))
    key = key_of("method", dataset.id)
    usual = SamplingMethod.CORAL if scores else SamplingMethod.CORESET
    # The wishes decide, which outlive the page and which presets change; the widget only shows them.
    st.session_state[key] = wishes_of(dataset).method or usual
    method: SamplingMethod = st.radio(
        "Method",
        list(WHEN_TO_USE),
        key=key,
        horizontal=True,
        on_change=lambda: store_wishes(dataset, replace(wishes_of(dataset), method=st.session_state[key])),
        help="How images are chosen: `method` in Python",
    )
    st.caption(WHEN_TO_USE[method])
    if method not in NEEDS_SCORE:
        return Choice(method, None)
    score = st.selectbox(
        "Score",
        scores,
        format_func=score_labels(scores).__getitem__,
        placeholder="no scores yet",
        help=f"Higher means more worth labeling. `score_name` in Python: {_identifiers(scores)}",
    )
    if score:
        finding = range_finding(score_label(score), dataset.arrays.read(dataset.arrays.get(Kind.SCORE, score)))
        if finding:
            st.warning(plain(finding.sentence()), icon=":material/align_vertical_center:")
        show_ranking(dataset)
    return Choice(method, score)


def score_label(name: str) -> str:
    """Return what people read for a stored score.

    Examples:
        >>> score_label("uncertainty_margin"), score_label("uncertainty_margin@week 29"), score_label("blur")
        ('Margin', 'Margin · week 29', 'blur')
    """
    # Scores of models that are not current end in @ and the model's name.
    plain_name, separator, model = name.partition("@")
    title = score_title(plain_name)
    return f"{title} · {model}" if separator else title


def score_labels(names: list[str]) -> dict[str, str]:
    """Return what people read for each score; those that would read alike keep their names."""
    labels = {name: score_label(name) for name in names}
    counts = Counter(labels.values())
    return {name: label if counts[label] == 1 else name for name, label in labels.items()}


def _identifiers(scores: list[str]) -> str:
    """Return how scripts call the scores of current models."""
    return ", ".join(code_name(name) for name in scores if "@" not in name) or "there are none yet"


def find_obstacle(dataset: Dataset, choice: Choice) -> str | None:
    """Return what the method lacks, or None."""
    if choice.method in NEEDS_SCORE and choice.score is None:
        return f"{choice.method} needs a score: upload predictions first"
    if choice.method in NEEDS_EMBEDDING and not dataset.arrays.all(Kind.EMBEDDING):
        return f"{choice.method} needs embeddings: add them on the Datasets page first"
    return None


def choose_distance(dataset: Dataset) -> float:
    """Draw the choice of the minimum distance and return it, `NO_DISTANCE` if it is off."""
    key = key_of("skips-near-duplicates", dataset.id)
    st.session_state[key] = wishes_of(dataset).skips_near_duplicates

    def remember() -> None:
        store_wishes(dataset, replace(wishes_of(dataset), skips_near_duplicates=st.session_state[key]))

    is_on = st.toggle(
        "Skip near-duplicates",
        key=key,
        on_change=remember,
        help="Keeps images that look alike from being selected together",
    )
    distance = st.slider(
        "Minimum distance",
        0.0,
        2.0,
        0.1,
        0.01,
        disabled=not is_on,
        help="Between any two images; 0 is identical, 2 is opposite: `min_distance` in Python"
        if is_on
        else "Turn on Skip near-duplicates to set it",
    )
    return distance if is_on else NO_DISTANCE
