"""A round as one HTML file that opens anywhere: without the product, without a network, without a script."""

import base64
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson

from al_core.evaluation import Card, Interval, Sign
from al_core.exceptions import MissingInputError
from al_core.steps.card import figures_with_price, selection_card
from al_core.steps.card_svg import strip_svg
from al_core.steps.curve_svg import curve_svg
from al_core.steps.manifest import make_manifest
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_results import RoundsReport, report_rounds
from al_core.steps.rounds import Round, find_round
from al_core.steps.sample_image import read_image
from al_core.steps.selections import read_selection
from al_core.store.records import Tag
from al_core.text import capitalized, counted

if TYPE_CHECKING:
    from al_core.store import Dataset

N_IMAGES = 24
"""How many of the picked images are shown; as thumbnails they take about 200 kB."""

LARGEST_IMAGE = 200_000
"""Bytes of an image that goes into the page; a thumbnail has a twentieth of this."""

# Images that every browser shows. SVG is not among them: it may refer to other files.
_SHOWN = {"image/webp", "image/png", "image/jpeg", "image/gif"}

STYLE = (Path(__file__).parent / "round_report.css").read_text()

# Whatever a name or an image tries, the page loads nothing and runs nothing.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write_report(dataset: "Dataset", tag: Tag, plan: RoundPlan) -> str:
    """Return the report of a selection's round as HTML.

    Raises:
        NotFoundError: If no selection made the tag.
    """
    shown = find_round(dataset, tag)
    report = report_rounds(dataset, plan)
    sections = [
        _heading(dataset, shown),
        _section("Learning curve", _curve(report, plan)),
        _section("Time to stop?", _signs(report)),
        _section("Rounds", _table(report, shown, plan) + _spent(report, plan)),
        _section("Against RANDOM, before any label", _card(dataset, tag, plan)),
        _section("Picked images", _images(dataset, shown)),
        _section("Configuration", _configuration(shown)),
        _section("Manifest", _json(make_manifest(dataset, tag), "What the selection was made from")),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(shown.name)}</title><style>{STYLE}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(capitalized(text))}</p>" if text else ""


def _heading(dataset: "Dataset", shown: Round) -> str:
    back = f"{len(shown.back_rows):,} of {counted(len(shown.added_rows), 'label')} are back"
    model = f", model {shown.model.name}" if shown.model else ", no model yet"
    line = f"Round {shown.number} of the dataset {dataset.name}: {shown.state}, {back}{model}."
    return f"<header><h1>{escape(shown.name)}</h1><p>{escape(line)}</p></header>"


def _curve(report: RoundsReport, plan: RoundPlan) -> str:
    judged = [(result.round.n_training, result.accuracy) for result in report.results]
    # The others are refusals, which have no place on the curve.
    points = [(n_labels, accuracy) for n_labels, accuracy in judged if isinstance(accuracy, Interval)]
    if points:
        drawn = curve_svg(sorted(points, key=lambda point: point[0]), plan.target)
        drawn += _paragraph(
            f"Every model is judged on all {counted(report.n_tests, 'test label')} there are; bars are 95% intervals."
        )
    else:
        drawn = _paragraph(f"No {report.measure} yet: {report.newest_accuracy.text()}.")
    forecast = _paragraph(f"{report.forecast.text(plan.target, report.n_next)}.")
    return drawn + forecast + _paragraph(report.gains_text()) + _paragraph(report.reach_text())


def _signs(report: RoundsReport) -> str:
    advice = report.advice
    signs = (
        ("The target is reached", advice.target),
        ("The next batch costs more than it is worth", advice.value),
        ("Predictions hardly change any more", advice.stability),
    )
    items = [f"<li><b>{title}: {_state(sign)}.</b> {escape(sign.figure)}</li>" for title, sign in signs]
    return f"{_paragraph(advice.text())}<ul>{''.join(items)}</ul>"


def _state(sign: Sign) -> str:
    if sign.is_refused:
        return "cannot tell"
    return "yes" if sign.holds else "no"


def _table(report: RoundsReport, shown: Round, plan: RoundPlan) -> str:
    titles = (
        "#",
        "Round",
        "Labels back",
        "Training labels",
        "Model",
        capitalized(report.measure),
        "Cost",
    )
    rows = [_row("th", titles)]
    for result in report.results:
        each = result.round
        cells = (
            str(each.number),
            each.name,
            f"{len(each.back_rows):,} of {len(each.added_rows):,}",
            f"{each.n_training:,}",
            each.model.name if each.model else "–",
            result.accuracy.text(),
            "–" if result.cost is None else plan.amount(result.cost),
        )
        rows.append(_row("td", cells, "shown" if each.number == shown.number else ""))
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _spent(report: RoundsReport, plan: RoundPlan) -> str:
    if not plan.has_prices:
        return ""
    total = sum(result.cost or 0 for result in report.results)
    return _paragraph(f"spent on labels so far: {plan.amount(total)}.")


def _card(dataset: "Dataset", tag: Tag, plan: RoundPlan) -> str:
    selection = read_selection(dataset, tag)
    if selection is None:
        return _paragraph("a client selected by itself.")
    try:
        card = selection_card(dataset, selection)
    except MissingInputError as error:
        return _paragraph(f"cannot be compared: {error}.")
    figures = figures_with_price(card, plan, len(selection.picked_rows))
    drawn = [strip_svg(figure.strip, figure.sentence) + _paragraph(f"{figure.sentence}.") for figure in figures]
    legend = _paragraph(
        "each gray tick is one of 20 RANDOM draws of as many images, the colored one is this selection. Measured "
        "without labels: only labels can tell whether the selection teaches more."
    )
    strips = f'<div class="strips">{"".join(drawn)}</div>'
    verdict = _paragraph(f"{card.verdict()}.") if card.is_worse else ""
    left_out = card.left_out_text()
    note = _paragraph(f"{left_out}.") if left_out else ""
    return legend + strips + verdict + note + _regions(dataset, card)


def _regions(dataset: "Dataset", card: Card) -> str:
    if not card.regions:
        return ""
    figures = [_figure(dataset, region.row, region.text()) for region in card.regions]
    return f'<h3>Largest regions that it leaves uncovered</h3><div class="images">{"".join(figures)}</div>'


def _row(element: str, cells: Iterable[str], kind: str = "") -> str:
    content = "".join(f"<{element}>{escape(cell)}</{element}>" for cell in cells)
    return f'<tr class="{kind}">{content}</tr>'


def _images(dataset: "Dataset", shown: Round) -> str:
    # In the order in which they were sent, which does not tell the ones that test.
    rows = shown.added_rows[:N_IMAGES]
    names = dataset.filenames(np.asarray(rows))
    figures = [_figure(dataset, row, name) for row, name in zip(rows.tolist(), names, strict=True)]
    note = _paragraph(_shown_of(len(rows), len(shown.added_rows)))
    return f'<div class="images">{"".join(figures)}</div>{note}'


def _figure(dataset: "Dataset", row: int, caption: str) -> str:
    return f"<figure>{_image(dataset, row)}<figcaption>{escape(caption)}</figcaption></figure>"


def _shown_of(n_shown: int, n_added: int) -> str:
    return f"The first {n_shown} of {n_added:,}; the manifest lists all." if n_shown < n_added else ""


def _image(dataset: "Dataset", row: int) -> str:
    image = read_image(dataset, row, "thumbnail")
    if image is None or image.media_type not in _SHOWN:
        return '<div class="none">no image</div>'
    content = image.path.read_bytes() if image.path else image.content
    if len(content) > LARGEST_IMAGE:
        return '<div class="none">no thumbnail</div>'
    encoded = base64.b64encode(content).decode()
    return f'<img alt="" src="data:{image.media_type};base64,{encoded}">'


def _configuration(shown: Round) -> str:
    config = shown.tag.provenance.config
    return _json(config.to_json(), f"{config.method}") if config else _paragraph("a client selected by itself.")


def _json(content: object, title: str) -> str:
    text = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode()
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"
