"""One sample, large: its image, what was predicted, and how each score comes about."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from al_core.scorers import score_named, score_title
from al_core.steps.predictions import predictions_of
from al_core.steps.sample_card import SampleCard, describe_sample
from al_core.steps.scores import ScoreOrigin, current_scores
from al_core.steps.tasks import PredictionCard
from al_core.steps.tasks.task import Box, Keypoint
from al_core.store import Dataset, Kind, StoredArray
from al_core.text import percent
from al_core.types import Rows
from ui.charts import BLUE, GRAY
from ui.dialogs import close_dialog, current_row, go_to
from ui.explore.similar import find_similar_buttons
from ui.images import image_url
from ui.messages import plain, plain_html

N_LISTED = 8
STYLE = f"<style>{Path(__file__).with_name('sample.css').read_text(encoding='utf-8')}</style>"


def show_sample(
    dataset: Dataset,
    row: int,
    *,
    below: Callable[[], None] | None = None,
    is_on_explore: bool = False,
    among: Rows | None = None,
) -> None:
    """Draw the dialog about the sample of this row, which a grid of images has open.

    Args:
        dataset: Whose sample it is.
        row: Its position.
        below: Draws more under its numbers.
        is_on_explore: Whether the page behind the dialog is Explore.
        among: The samples that the dialog leads through, in their order; by default only this one.
    """
    if among is None or len(among) <= 1:
        card = describe_sample(dataset, row)
        # Decorated in each run, because the title is that of the sample.
        dialog = st.dialog(plain(card.filename), width="large", on_dismiss=close_dialog)
        dialog(_draw)(dataset, card, is_on_explore, below)
        return
    # A dialog is a fragment: stepping on draws its inside anew and not its title, so the filename stands inside.
    st.dialog("Image", width="large", on_dismiss=close_dialog)(_lead_through)(dataset, among, is_on_explore)


def _lead_through(dataset: Dataset, among: Rows, is_on_explore: bool) -> None:
    row = current_row()
    if row is None:
        return
    place = int(np.flatnonzero(among == row)[0])
    card = describe_sample(dataset, row)
    with st.container(key="large-view", horizontal=True, vertical_alignment="center"):
        _step_button("Previous", among[:place][-1:], "chevron_left", "Left")
        _step_button("Next", among[place + 1 :][:1], "chevron_right", "Right")
        st.markdown(f"**{plain(card.filename)}**  \n{place + 1:,} of {len(among):,}", width="stretch")
    _draw(dataset, card, is_on_explore, None)


def _step_button(label: str, to: Rows, icon: str, key: str) -> None:
    """Draw the button that goes on to a row; to none if it is the first or the last."""
    is_possible = len(to) > 0
    st.button(
        label,
        # Not by row: whoever steps on with the keyboard keeps the focus on the button.
        key=f"large-{label}",
        icon=f":material/{icon}:",
        shortcut=key,
        on_click=lambda: go_to(int(to[0])),
        disabled=not is_possible,
        help=f"The {label.lower()} image in the order of the grid" if is_possible else "There is none",
    )


def _draw(
    dataset: Dataset,
    card: SampleCard,
    is_on_explore: bool,
    below: Callable[[], None] | None,
) -> None:
    image, numbers = st.columns([3, 2], gap="large")
    with image:
        st.html(STYLE + _image(dataset, card))
        st.caption(f"Row {card.row:,}, counted from 0, of {dataset.n_samples:,} · {_tags(dataset, card.row)}")
    with numbers:
        st.markdown(
            "**Predicted**",
            help="By the newest predictions: the most likely classes, the most confident boxes or keypoints, or the "
            "share of the image that each class of the mask covers",
        )
        st.html(
            _classes(_most_likely(card.prediction), card.prediction.colors) or "No stored prediction for this image."
        )
        st.markdown("**Scores**", help="From 0 to 1; higher means more worth labeling")
        st.html(_scores(dataset, card.row) or "No scores yet: drop predictions on the Predictions page.")
        find_similar_buttons(dataset, card.row, is_on_explore=is_on_explore)
        if below:
            below()


def _image(dataset: Dataset, card: SampleCard) -> str:
    address = image_url(dataset, card.row)
    name = plain_html(card.filename)
    image = f'<img class="sample-image" src="{address}/full" alt="{name}">'
    shapes = _boxes(card.prediction) + _points(card.prediction)
    if card.prediction.has_mask:
        shapes += f'<img class="sample-mask" src="{address}/mask" alt="">'
    return f'<div class="sample-frame">{image}{shapes}</div>' if shapes else image


def _boxes(prediction: PredictionCard) -> str:
    # Coordinates are shares of the image's sides.
    return "".join(
        f'<div class="sample-box" data-color="{color}" style="--color: {color}; '
        f"left: {100 * box.x0}%; top: {100 * box.y0}%; "
        f'width: {100 * (box.x1 - box.x0)}%; height: {100 * (box.y1 - box.y0)}%">'
        f"<span>{plain_html(box.label)} {box.score:.2f}</span></div>"
        for box in prediction.boxes
        for color in [prediction.colors.get(box.label, GRAY)]
    )


def _points(prediction: PredictionCard) -> str:
    return "".join(
        f'<div class="sample-point" title="{plain_html(point.label)} {point.score:.2f}" '
        f'style="--color: {prediction.colors.get(point.label, GRAY)}; left: {100 * point.x}%; top: {100 * point.y}%; '
        f'opacity: {0.35 + 0.65 * point.score}"></div>'
        for point in prediction.keypoints
    )


def _tags(dataset: Dataset, row: int) -> str:
    return "in " + ", ".join(plain(name) for name in dataset.tags_with(row))


def _most_likely(prediction: PredictionCard) -> Sequence[tuple[str, float]]:
    if prediction.classes:
        return prediction.classes
    shapes: Sequence[Box | Keypoint] = prediction.boxes or prediction.keypoints
    most_confident = sorted(shapes, key=lambda shape: -shape.score)[:N_LISTED]
    return [(shape.label, shape.score) for shape in most_confident]


def _classes(classes: Sequence[tuple[str, float]], colors: Mapping[str, str]) -> str:
    return "".join(_class(name, share, colors.get(name, BLUE)) for name, share in classes)


def _class(name: str, share: float, color: str) -> str:
    # 47 is the opacity: the name has to be readable on the bar behind it.
    bar = f"background: linear-gradient(to right, {color}47 {100 * share}%, transparent {100 * share}%)"
    return f'<div class="sample-class" style="{bar}"><span>{plain_html(name)}</span><span>{percent(share)}</span></div>'


def _scores(dataset: Dataset, row: int) -> str:
    lines = []
    for stored in current_scores(dataset):
        score = float(dataset.arrays.read_rows(stored, np.array([row]))[0])
        if not np.isnan(score):
            name = plain_html(stored.name)
            heading = f'<b title="{name}">{plain_html(score_title(stored.name))}</b>'
            lines.append(
                f'<p class="sample-score">{heading}<br><span>{_arithmetic(dataset, stored, row, score)}</span></p>'
            )
    return "".join(lines)


def _arithmetic(dataset: Dataset, stored: StoredArray, row: int, score: float) -> str:
    origin = ScoreOrigin.of(stored)
    scorer_score = score_named(stored.name, origin.task)
    prediction = predictions_of(dataset, stored)
    text = None
    if prediction and prediction.kind == Kind.PREDICTION and scorer_score and scorer_score.work_out:
        text = scorer_score.work_out(dataset.arrays.read_rows(prediction, np.array([row]))[0])
    # Arithmetic that ends elsewhere is of other predictions than the score.
    return text if text and text.endswith(f"= {score:.3f}") else f"{score:.3f}"
