"""A view of a dataset as parameters of an address, and back.

Strangers write addresses too: what makes no sense, or is far too long, counts as absent.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from al_core.explore.filters import Filters, Objects, Range

NAMES = (
    "color",
    "spread",
    "limits",
    "highlight",
    "range",
    "class",
    "tag",
    "without",
    "text",
    "filename",
    "objects",
    "map",
    "outline",
    "page",
)
"""The parameters, in the order in which they are written."""

MOST_VALUES = 100
"""Values of one parameter that are read."""
LONGEST_VALUE = 8_000
"""Characters of a value that is read: an outline has up to 160 vertices of 20 to 40 characters."""
MOST_PAGES = 1_000_000
"""A page beyond is read as this one."""
LARGEST_NUMBER = 1e300
"""Differences of larger numbers may be infinite."""


@dataclass(frozen=True)
class Outline:
    """What is drawn on a map: it means nothing on another one.

    Attributes:
        map: Names the embedding and how it is projected.
        polygon: (V, 2) vertices in the coordinates of that map.
    """

    map: str
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class View:
    """What somebody looks at.

    Attributes:
        color: What colors the map; None for what the page proposes, as in all of these.
        spread: How the colors are spread over the values.
        limits: Between which values the colors run.
        highlight: Which images have rings.
        filters: Which images are shown.
        map: How the embedding is projected.
        outline: What is drawn on the map.
        page: Of the images, from 1.
    """

    color: str | None = None
    spread: str | None = None
    limits: tuple[float, float] | None = None
    highlight: str | None = None
    filters: Filters = field(default_factory=Filters)
    map: str | None = None
    outline: Outline | None = None
    page: int = 1

    def parameters(self) -> list[tuple[str, str]]:
        """Return the view as names and values; what the page proposes anyway is left out.

        Examples:
            >>> View("tag", filters=Filters({"width": Range(low=64)}, tags=("new",))).parameters()
            [('color', 'tag'), ('range', '["width", 64, null]'), ('tag', 'new')]
        """
        filters = self.filters
        pairs = [
            ("color", self.color or ""),
            ("spread", self.spread or ""),
            ("limits", json.dumps(self.limits) if self.limits else ""),
            ("highlight", self.highlight or ""),
            *(("range", json.dumps([name, *_ends(wanted)])) for name, wanted in filters.ranges.items()),
            *(("class", name) for name in filters.classes),
            *(("tag", name) for name in filters.tags),
            *(("without", name) for name in filters.without_tags),
            *(("text", _json([name, *texts])) for name, texts in filters.categories.items()),
            ("filename", filters.filename),
            ("objects", _json(_of_objects(filters.objects)) if filters.objects else ""),
            ("map", self.map or ""),
            ("outline", _json([self.outline.map, *self.outline.polygon]) if self.outline else ""),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in pairs if value]


def read_view(parameters: Mapping[str, Sequence[str]]) -> View | None:
    """Return the view that an address names, or None if it names none.

    Examples:
        >>> read_view({"dataset": ["66e0375d"]})
        >>> read_view({"class": ["cat"], "range": ["no list"], "page": ["-3"]})
        View(color=None, spread=None, limits=None, highlight=None, filters=Filters(ranges={}, classes=('cat',), \
tags=(), without_tags=(), filename='', categories={}, objects=None), map=None, outline=None, page=1)
    """
    if not any(name in parameters for name in NAMES):
        return None
    values = {
        name: tuple(text for text in parameters.get(name, ())[:MOST_VALUES] if 0 < len(text) <= LONGEST_VALUE)
        for name in NAMES
    }
    # Where a parameter that takes one value is repeated, the last counts.
    last = {name: texts[-1] for name, texts in values.items() if texts}
    return View(
        color=last.get("color"),
        spread=last.get("spread"),
        limits=_limits(last.get("limits", "")),
        highlight=last.get("highlight"),
        filters=Filters(
            ranges=dict(pair for text in values["range"] for pair in _range(text)),
            classes=values["class"],
            tags=values["tag"],
            without_tags=values["without"],
            filename=last.get("filename", ""),
            categories=dict(pair for text in values["text"] for pair in _texts(text)),
            objects=_objects(last.get("objects", "")),
        ),
        map=last.get("map"),
        outline=_outline(last.get("outline", "")),
        page=_page(last.get("page", "")),
    )


def _ends(wanted: Range) -> list[float | str | None]:
    if wanted.is_missing:
        return ["missing"]
    return [end if math.isfinite(end) else None for end in (wanted.low, wanted.high)]


def _json(values: Sequence[Any]) -> str:
    # No blanks, and other scripts as they are: addresses have a limited length.
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _of_objects(objects: Objects) -> list[Any]:
    return [objects.least_confidence, objects.least_count, objects.most_count, *objects.classes]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    # json gives up deep nesting with RecursionError.
    except (ValueError, RecursionError):
        return None


def _number(value: object, otherwise: float) -> float:
    # True is an int too.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return otherwise
    # JSON as Python reads it has NaN and Infinity.
    return float(value) if abs(value) < LARGEST_NUMBER else otherwise


def _range(text: str) -> list[tuple[str, Range]]:
    match _parsed(text):
        case [str(name), "missing"]:
            return [(name, Range(is_missing=True))]
        case [str(name), low, high]:
            # null is no number, so it leaves its end open.
            return [(name, Range(_number(low, -math.inf), _number(high, math.inf)))]
    return []


def _texts(text: str) -> list[tuple[str, tuple[str, ...]]]:
    match _parsed(text):
        case [str(name), *wanted] if wanted and all(isinstance(each, str) for each in wanted):
            return [(name, tuple(wanted))]
    return []


def _limits(text: str) -> tuple[float, float] | None:
    match _parsed(text):
        case [low, high]:
            ends = _number(low, math.nan), _number(high, math.nan)
            # NaN compares false: with a broken end there are no limits.
            return ends if ends[0] < ends[1] else None
    return None


def _objects(text: str) -> Objects | None:
    match _parsed(text):
        case [confidence, int(least), most, *names] if all(isinstance(name, str) for name in names):
            most_count = most if isinstance(most, int) and not isinstance(most, bool) else None
            return Objects(tuple(names), _number(confidence, 0.0), max(least, 0), most_count)
    return None


def _outline(text: str) -> Outline | None:
    match _parsed(text):
        case [str(name), *vertices] if len(vertices) >= 3:
            places = [_vertex(vertex) for vertex in vertices]
            if all(places):
                # For the type checker: it cannot tell from `all` that none is None.
                return Outline(name, tuple(place for place in places if place))
    return None


def _vertex(vertex: object) -> tuple[float, float] | None:
    match vertex:
        case [x, y]:
            place = _number(x, math.nan), _number(y, math.nan)
            return None if math.isnan(place[0]) or math.isnan(place[1]) else place
    return None


def _page(text: str) -> int:
    # `isdigit` alone accepts ² and the digits of other scripts.
    is_number = text.isascii() and text.isdigit() and len(text) < 8
    return min(max(int(text), 1), MOST_PAGES) if is_number else 1
