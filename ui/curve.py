"""A curve through points with intervals, as a few kilobytes of HTML, for the reasons that `ui.bars` has."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ui.bars import Tick, marks_html, percent_text, step_lines_html

HALF_LINE = "1px"
"""Half as thick as the line between points."""


@dataclass(frozen=True)
class CurvePoint:
    """A point with the ends of its interval, all as shares of the axes from 0 to 1, and what is said about it."""

    x: float
    y: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Level:
    """A dashed line across the chart: its share of the vertical axis, its text and its color."""

    at: float
    text: str
    color: str


@dataclass(frozen=True)
class Axes:
    """The titles of a chart's axes and their marks."""

    x_title: str
    y_title: str
    x_marks: Sequence[Tick]
    y_steps: Sequence[Tick]


def curve_chart(
    summary: str, points: Sequence[CurvePoint], axes: Axes, *, level: Level, color: str, height: int
) -> str:
    """Return the chart as HTML, read aloud as its summary.

    Args:
        summary: What the chart shows, with its numbers.
        points: From left to right; a line connects them.
        axes: What is written beside and below.
        level: What the points are compared with.
        color: Of points and line.
        height: Between the axes, in CSS pixels.
    """
    gutter = max((len(step.text) for step in axes.y_steps), default=0)
    return (
        f'<div class="bar-chart curve" role="img" aria-label="{escape(summary)}" style="padding-left: {gutter + 1}ch">'
        f'<div class="curve-title" style="margin-left: -{gutter + 1}ch">{escape(axes.y_title)}</div>'
        f"{step_lines_html(axes.y_steps, height)}"
        f'<div class="curve-area" style="height: {height}px; --color: {color}">{_level_html(level)}'
        f"{_line_html(points)}{''.join(map(_point_html, points))}</div>"
        f'{marks_html(axes.x_marks)}<div class="curve-title below">{escape(axes.x_title)}</div></div>'
    )


def _level_html(level: Level) -> str:
    style = f"bottom: {percent_text(level.at)}; --color: {level.color}"
    return f'<span class="curve-level" style="{style}"><b>{escape(level.text)}</b></span>'


def _line_html(points: Sequence[CurvePoint]) -> str:
    # A filled outline: along the upper side of the line to the right, and along its lower side back.
    outline = [_beside(point, "-") for point in points] + [_beside(point, "+") for point in reversed(points)]
    return f'<span class="curve-line" style="clip-path: polygon({", ".join(outline)})"></span>'


def _beside(point: CurvePoint, sign: str) -> str:
    """Return where the line's edge is at a point, in CSS: y counts downwards there, so "-" is the upper edge."""
    return f"{percent_text(point.x)} calc({percent_text(1 - point.y)} {sign} {HALF_LINE})"


def _point_html(point: CurvePoint) -> str:
    length = point.high - point.low
    # The dot covers an interval of no length.
    dot = (point.y - point.low) / length if length else 0.5
    style = (
        f"left: {percent_text(point.x)}; bottom: {percent_text(point.low)}; height: {percent_text(length)}; "
        f"--at: {percent_text(point.x)}; --dot: {percent_text(dot)}"
    )
    return f'<b class="curve-point" data-text="{escape(point.text)}" style="{style}"><i></i></b>'
