"""What people come for, in their words: each fills the form."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from al_core.config import Balance, Column, Exclude, Folder, Grouping, SamplingMethod, Similar
from al_core.store import INITIAL_TAG, Dataset, Kind, TagRole
from ui.messages import plain
from ui.select.wishes import Wishes, store_wishes, wishes_of
from ui.session import key_of

GROUP_WORDS = ("camera", "sensor", "site", "location", "place", "patient", "sequence", "scene", "video")
"""Columns of these names say where an image was taken."""


@dataclass(frozen=True)
class Preset:
    """Something that people want.

    Attributes:
        meaning: What the form does about it.
        fill: Returns the wishes; their slots may lack what the dataset has not got.
        lack: Returns what has to be done before, or "".
    """

    meaning: str
    fill: Callable[[Dataset], Wishes]
    lack: Callable[[Dataset], str] = lambda dataset: ""


def choose_preset(dataset: Dataset) -> None:
    """Draw the table of what people want; the one that the form matches is marked."""
    wishes = wishes_of(dataset)
    key = key_of("preset", dataset.id)
    # Worked out in every run: it marks what the form says, however the form came to say it.
    matching = (name for name, preset in PRESETS.items() if _is_same(preset, dataset, wishes))
    st.session_state[key] = next(matching, None)

    def fill() -> None:
        chosen = st.session_state[key]
        store_wishes(dataset, PRESETS[chosen].fill(dataset) if chosen else Wishes())

    name = st.pills("I want to …", list(PRESETS), key=key, on_change=fill, help="Fills the form below")
    if name:
        lack = PRESETS[name].lack(dataset)
        st.caption(f":material/info: {plain(lack)}" if lack else plain(PRESETS[name].meaning))


def has_scores(dataset: Dataset) -> bool:
    """Return whether there is a score to tell uncertain images by."""
    return bool(dataset.arrays.all(Kind.SCORE))


def usual_grouping(dataset: Dataset) -> Grouping:
    """Return what tells cameras or places apart: a column named so, any column of texts, or the folder."""
    columns = [stored.name for kind in (Kind.CATEGORY, Kind.METADATA) for stored in dataset.arrays.all(kind)]
    # Of metadata too: cameras and sites are often numbers.
    named = [name for name in columns if any(word in name.lower() for word in GROUP_WORDS)]
    texts = [stored.name for stored in dataset.arrays.all(Kind.CATEGORY)]
    return Column((named + texts)[0]) if named + texts else Folder()


def _is_same(preset: Preset, dataset: Dataset, wishes: Wishes) -> bool:
    filled = preset.fill(dataset)
    same = (filled.method, filled.records, filled.skips_near_duplicates)
    return same == (wishes.method or usual_method(dataset), wishes.records, wishes.skips_near_duplicates)


def usual_method(dataset: Dataset) -> SamplingMethod:
    """Return the method where nobody chose one."""
    return SamplingMethod.CORAL if has_scores(dataset) else SamplingMethod.CORESET


def _first_labels(dataset: Dataset) -> Wishes:
    return Wishes(SamplingMethod.CORESET)


def _uncertain(dataset: Dataset) -> Wishes:
    return Wishes(SamplingMethod.CORAL)


def _rare_classes(dataset: Dataset) -> Wishes:
    return Wishes(usual_method(dataset)).adding("goals", Balance.kind, Balance())


def _more_like_these(dataset: Dataset) -> Wishes:
    tags = _tags_to_look_like(dataset)
    return Wishes(usual_method(dataset)).adding("goals", Similar.kind, Similar(tags[0], 2) if tags else None)


def _every_group(dataset: Dataset) -> Wishes:
    return Wishes(usual_method(dataset)).adding("goals", Balance.kind, Balance(usual_grouping(dataset)))


def _no_duplicates(dataset: Dataset) -> Wishes:
    wishes = Wishes(SamplingMethod.CORESET, skips_near_duplicates=True)
    return wishes.adding("limits", Exclude.kind, Exclude("duplicates"))


def _tags_to_look_like(dataset: Dataset) -> list[str]:
    tags = [tag for tag in dataset.tag_summaries() if tag.name != INITIAL_TAG]
    regions = [tag.name for tag in tags if tag.role is TagRole.REGION and not tag.is_population]
    return regions or [tag.name for tag in tags]


def _lack_of_predictions(dataset: Dataset) -> str:
    return "" if has_scores(dataset) else "This needs a model's predictions: drop them on the Predictions page."


def _lack_of_tags(dataset: Dataset) -> str:
    return (
        "" if _tags_to_look_like(dataset) else "Open an image and press Find similar, or draw around some on Explore."
    )


PRESETS = {
    "get first labels": Preset("The most different images first: no model is needed.", _first_labels),
    "label what the model is unsure about": Preset(
        "Uncertain images that differ from each other.", _uncertain, _lack_of_predictions
    ),
    "find rare classes": Preset(
        "As uncertain and different, and more of the classes that there is little of.",
        _rare_classes,
        _lack_of_predictions,
    ),
    "get more like these": Preset("Images that look like those of a tag.", _more_like_these, _lack_of_tags),
    "cover every camera or place": Preset("As many of each camera, place or folder.", _every_group),
    "clean up duplicates": Preset("Different images only: copies and near-copies stay out.", _no_duplicates),
}
