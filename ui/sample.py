"""One sample, large: its image, what was predicted, and each score worked out."""

from html import escape

import numpy as np
import streamlit as st

from al_core.scorers import score_named
from al_core.steps.sample_card import describe_sample
from al_core.store import Dataset, StoredArray
from ui.charts import BLUE
from ui.images import image_url
from ui.state import plain

LISTED_SHAPES = 8

STYLE = """<style>
.sample-image {width: 100%; max-height: 68vh; min-height: 240px; object-fit: contain; display: block;
  border-radius: 6px; background: rgba(138, 148, 156, .14);}
.sample-image.small {image-rendering: pixelated;}
.sample-frame {position: relative;}
.sample-frame img {max-height: none; min-height: 0; height: auto;}
.sample-box {position: absolute; border: 2px solid #e69f00; border-radius: 2px;}
.sample-box span {position: absolute; left: -2px; top: -1.45em; padding: 0 5px; font-size: .75rem; white-space: nowrap;
  background: #e69f00; color: #1b2228; border-radius: 3px 3px 0 0;}
.sample-point {position: absolute; width: 10px; height: 10px; margin: -5px 0 0 -5px; border-radius: 50%;
  background: #e69f00; border: 1.5px solid #1b2228;}
.sample-frame .sample-mask {position: absolute; inset: 0; width: 100%; height: 100%; opacity: .5;
  image-rendering: pixelated;}
.sample-class {display: flex; justify-content: space-between; padding: 3px 8px; margin-bottom: 2px; border-radius: 4px;
  font-variant-numeric: tabular-nums;}
.sample-score {margin: 0 0 10px; line-height: 1.35;}
.sample-score b {font-weight: 600;}
.sample-score span {opacity: .75; font-variant-numeric: tabular-nums;}
</style>"""


def show_sample(dataset: Dataset, row: int) -> None:
    """Open a dialog about the sample of this row."""
    facts = describe_sample(dataset, row)
    st.dialog(plain(facts["filename"]), width="large")(_draw)(dataset, row, facts)


def _draw(dataset: Dataset, row: int, facts: dict) -> None:
    image, numbers = st.columns([3, 2], gap="large")
    name = escape(facts["filename"], quote=True)
    picture = f'<img class="sample-image" src="{image_url(dataset, row)}/full" alt="{name}">'
    boxes, keypoints = facts.get("boxes", []), facts.get("keypoints", [])
    shapes = _frames(boxes) + _points(keypoints)
    if facts.get("has_mask"):
        shapes += f'<img class="sample-mask" src="{image_url(dataset, row)}/mask" alt="">'
    image.html(STYLE + (f'<div class="sample-frame">{picture}{shapes}</div>' if shapes else picture))
    image.caption(f"Row {row:,} (of 0 to {dataset.n_samples - 1:,}) · {_tags(dataset, row)}")
    with numbers:
        st.markdown(
            "**Predicted**",
            help="By the newest predictions: the most likely classes, the surest boxes or keypoints, or the share of "
            "the image that each class of the mask covers",
        )
        surest = sorted(boxes or keypoints, key=lambda shape: -shape["score"])[:LISTED_SHAPES]
        likeliest = facts["classes"] or [(shape["label"], shape["score"]) for shape in surest]
        st.html(_classes(likeliest, facts.get("colors", {})) or "No stored prediction for this sample.")
        st.markdown("**Scores**", help="From 0 to 1; higher means more worth labelling")
        st.html(_scores(dataset, row) or "No scores yet: drop predictions on the Predictions page.")


def _frames(boxes: list[dict]) -> str:
    return "".join(
        f'<div class="sample-box" style="left: {100 * box["x0"]}%; top: {100 * box["y0"]}%; '
        f'width: {100 * (box["x1"] - box["x0"])}%; height: {100 * (box["y1"] - box["y0"])}%">'
        f"<span>{escape(box['label'])} {box['score']:.2f}</span></div>"
        for box in boxes
    )


def _points(keypoints: list[dict]) -> str:
    return "".join(
        f'<div class="sample-point" title="{escape(point["label"], quote=True)} {point["score"]:.2f}" '
        f'style="left: {100 * point["x"]}%; top: {100 * point["y"]}%; opacity: {0.35 + 0.65 * point["score"]}"></div>'
        for point in keypoints
    )


def _tags(dataset: Dataset, row: int) -> str:
    names = [tag.name for tag in dataset.tags() if tag.mask[row // 8] >> row % 8 & 1]
    return "in " + ", ".join(plain(name) for name in names)


def _classes(classes: list[tuple[str, float]], colors: dict[str, str]) -> str:
    bar = "background: linear-gradient(to right, {color} {share}%, transparent {share}%)"
    return "".join(
        f'<div class="sample-class" style="{bar.format(share=100 * probability, color=f"{colors.get(name, BLUE)}47")}">'
        f"<span>{escape(name)}</span>"
        f"<span>{100 * probability:.1f} %</span></div>"
        for name, probability in classes
    )


def _scores(dataset: Dataset, row: int) -> str:
    lines = []
    for stored in dataset.arrays.all("score"):
        score = dataset.arrays.read(stored)[row]
        if not np.isnan(score):
            text = _worked_out(dataset, stored, row)
            # A sum that ends elsewhere is of other predictions than the score.
            shown = text if text and text.endswith(f"= {score:.3f}") else f"{score:.3f}"
            lines.append(f'<p class="sample-score"><b>{escape(stored.name)}</b><br><span>{shown}</span></p>')
    return "".join(lines)


def _worked_out(dataset: Dataset, stored: StoredArray, row: int) -> str | None:
    score = score_named(stored.name, stored.facts.get("task"))
    prediction = dataset.arrays.find("prediction", stored.facts.get("prediction", ""))
    if prediction is None or score is None or score.work_out is None:
        return None
    return score.work_out(dataset.arrays.read(prediction)[row])
