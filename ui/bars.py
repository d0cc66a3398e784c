"""Bar charts as a few kilobytes of HTML.

Plotly, which draws the plots that somebody looks into, is 1.2 MB over the network and a second of a browser's time:
too much before a page shows bars that only have to be seen. The text about a place appears under the pointer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

MOST_STEPS = 4
"""Of the vertical axis."""
SIDE_BY_SIDE_CHARACTERS = 90
"""Of all names below an axis together; more would not fit beside each other, and are turned."""


@dataclass(frozen=True)
class Bar:
    """One bar: its height as a share of the chart's, and its color."""

    height: float
    color: str


@dataclass(frozen=True)
class Place:
    """One place of the horizontal axis, all of which are equally wide.

    Attributes:
        bars: What stands there.
        text: What is said about it under the pointer.
        name: What is written below, if places have names.
    """

    bars: tuple[Bar, ...]
    text: str
    name: str = ""


@dataclass(frozen=True)
class Tick:
    """A mark of an axis: where it is, as a share of the axis, and its text."""

    at: float
    text: str


def bar_chart(
    summary: str,
    places: Sequence[Place],
    *,
    height: int,
    steps: Sequence[Tick],
    marks: Sequence[Tick] = (),
    is_overlaid: bool = False,
) -> str:
    """Return a bar chart as HTML, read aloud as its summary.

    Args:
        summary: What the chart shows, with its numbers.
        places: From left to right.
        height: Of the bars, in CSS pixels.
        steps: Of the vertical axis.
        marks: Of the horizontal axis, where places have no names.
        is_overlaid: Whether the bars of a place stand behind each other, not beside each other.
    """
    # In the width of digits, which are the widest characters of numbers.
    gutter = max((len(step.text) for step in steps), default=0)
    kind = "bar-chart overlaid" if is_overlaid else "bar-chart"
    return (
        f'<div class="{kind}" role="img" aria-label="{escape(summary)}" style="padding-left: {gutter + 1}ch">'
        f"{step_lines_html(steps, height)}"
        f'<div class="bar-places" style="height: {height}px">{_places_html(places)}</div>'
        f"{marks_html(marks) or _names_html(places)}</div>"
    )


def legend_html(entries: Sequence[tuple[str, str]]) -> str:
    """Return what each color means: pairs of a name and its color."""
    parts = (f'<span><span style="background: {color}"></span>{escape(name)}</span>' for name, color in entries)
    return f'<div class="bar-legend">{"".join(parts)}</div>'


def round_steps(top: float, suffix: str = "", *, bottom: int = 0) -> list[Tick]:
    """Return round numbers from the bottom, itself one, up to the top of a vertical axis.

    Examples:
        >>> [(step.at, step.text) for step in round_steps(90, bottom=50)]
        [(0.0, '50'), (0.25, '60'), (0.5, '70'), (0.75, '80'), (1.0, '90')]
        >>> [(step.at, step.text) for step in round_steps(50)]
        [(0.0, '0'), (0.4, '20'), (0.8, '40')]
        >>> [step.text for step in round_steps(3)], [step.text for step in round_steps(0.25, "%")]
        (['0', '1', '2', '3'], ['0%', '0.1%', '0.2%'])
    """
    length = top - bottom
    if length <= 0:
        return [Tick(0.0, f"{bottom:,}{suffix}")]
    decade = 10.0 ** floor(log10(length / MOST_STEPS))
    step = next(factor * decade for factor in (1, 2, 5, 10) if length / (factor * decade) <= MOST_STEPS)
    # A sum of steps would not be round: 0.1 + 0.2 is 0.30000000000000004.
    numbers = [number * step for number in range(floor(length / step + 1e-9) + 1)]
    return [Tick(number / length, f"{bottom + number:,.10g}{suffix}") for number in numbers]


def step_lines_html(steps: Sequence[Tick], height: int) -> str:
    """Return the lines across a chart of that height in CSS pixels, each with its text on the left."""
    lines = "".join(
        f'<span style="bottom: {percent_text(step.at)}"><b>{escape(step.text)}</b></span>' for step in steps
    )
    return f'<div class="bar-lines" style="height: {height}px">{lines}</div>'


def marks_html(marks: Sequence[Tick]) -> str:
    """Return what is written below a horizontal axis."""
    texts = "".join(f'<span style="left: {percent_text(mark.at)}">{escape(mark.text)}</span>' for mark in marks)
    return f'<div class="bar-marks">{texts}</div>' if texts else ""


def percent_text(share: float) -> str:
    """Return a share as CSS writes it."""
    return f"{100 * share:.4g}%"


def _places_html(places: Sequence[Place]) -> str:
    # A single place stands at the left.
    last = max(len(places) - 1, 1)
    return "".join(
        # The text moves from the left of the pointer to its right, so that it never leaves the chart.
        f'<b data-text="{escape(place.text)}" style="--at: {percent_text(number / last)}">{_bars_html(place.bars)}</b>'
        for number, place in enumerate(places)
    )


def _bars_html(bars: Sequence[Bar]) -> str:
    return "".join(f'<span style="height: {percent_text(bar.height)}; background: {bar.color}"></span>' for bar in bars)


def _names_html(places: Sequence[Place]) -> str:
    names = [place.name for place in places]
    is_turned = len(names) * max(map(len, names), default=0) > SIDE_BY_SIDE_CHARACTERS
    texts = "".join(f"<span>{escape(name)}</span>" for name in names)
    return f'<div class="bar-names{" turned" if is_turned else ""}">{texts}</div>' if any(names) else ""
