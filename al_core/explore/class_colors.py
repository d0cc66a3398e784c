"""One color per class, the same on the map, on tiles, in masks and in lists."""

import colorsys

CLASS_COLORS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#7d5fc7",
    "#9c6b46",
    "#8a9a1f",
    "#d6455d",
    "#3f6fd8",
    "#5aa02c",
    "#b04fae",
    "#c9a66b",
    "#1f8f99",
    "#ef8fb5",
    "#6b7f3a",
    "#8f3f2f",
    "#7fb8a4",
    "#a58ce0",
    "#d9b400",
    "#4f8fb0",
    "#c77f7f",
    "#6a5a8c",
)
"""Okabe and Ito's colors, then others each far from those and from its neighbors here; readable on light and dark."""

# Successive multiples of the golden ratio spread evenly around the wheel however many there are.
_GOLDEN_RATIO = 0.618033988749895


def class_color(position: int) -> str:
    """Return the color of the class at a position, `#rrggbb`.

    Examples:
        >>> class_color(0), class_color(1)
        ('#0072b2', '#d55e00')
        >>> len({class_color(position) for position in range(80)})
        80
    """
    if position < len(CLASS_COLORS):
        return CLASS_COLORS[position]
    turn = position * _GOLDEN_RATIO % 1
    # Neighbors on the wheel differ in lightness too.
    lightness = (0.42, 0.52, 0.62)[position % 3]
    channels = colorsys.hls_to_rgb(turn, lightness, 0.55)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)
