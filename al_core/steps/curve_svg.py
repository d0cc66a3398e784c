"""The learning curve as an SVG inside a page: no script, no network, the colors of the page's theme."""

from collections.abc import Callable

from al_core.evaluation import Interval
from al_core.text import percent

# Units of the viewBox: the page scales them to its width. The margins hold the text beside the axes.
WIDTH = 640
HEIGHT = 300
_LEFT = 52
_RIGHT = 16
_TOP = 16
_BOTTOM = 44


def curve_svg(points: list[tuple[int, Interval]], target: float) -> str:
    """Return accuracy over training labels, each with its interval, and the target as a dashed line.

    Args:
        points: Training labels and accuracy of each model.
        target: The accuracy to reach, 0 to 1.

    Examples:
        >>> svg = curve_svg([(100, Interval(0.8, 0.7, 0.9, n=50)), (200, Interval(0.9, 0.8, 0.95, n=50))], 0.85)
        >>> svg.count("<circle"), svg.count('class="interval"')
        (2, 2)
    """
    most = max(n_labels for n_labels, _ in points) or 1
    lowest = min(target, *(accuracy.low for _, accuracy in points))
    # On a tenth below everything that is drawn, and never at the top, which would leave no height.
    bottom = min(int(10 * lowest) / 10, 0.9)

    plot_width = WIDTH - _LEFT - _RIGHT
    plot_height = HEIGHT - _TOP - _BOTTOM

    def x(n_labels: float) -> float:
        return _LEFT + plot_width * n_labels / most

    def y(share: float) -> float:
        # The y axis of SVG points down: the highest share is at the top.
        return _TOP + plot_height * (1 - share) / (1 - bottom)

    parts = [_axis(bottom, y), _line("target", x(0), y(target), x(most), y(target))]
    parts.append(_text(x(0) + 6, y(target) - 5, "start", f"target {percent(target)}"))
    corners = [f"{x(n_labels):.1f},{y(accuracy.value):.1f}" for n_labels, accuracy in points]
    parts.append(f'<polyline class="curve" points="{" ".join(corners)}"/>')
    for n_labels, accuracy in points:
        center_x = x(n_labels)
        center_y = y(accuracy.value)
        parts.append(_line("interval", center_x, y(accuracy.low), center_x, y(accuracy.high)))
        title = f"<title>{n_labels:,} training labels: {accuracy.text()}</title>"
        parts.append(f'<circle cx="{center_x:.1f}" cy="{center_y:.1f}" r="5">{title}</circle>')
        parts.append(_text(center_x, HEIGHT - _BOTTOM + 18, "middle", f"{n_labels:,}"))
    parts.append(_text(WIDTH / 2, HEIGHT - 6, "middle", "training labels"))
    label = "Accuracy over training labels"
    return f'<svg role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'


def _axis(bottom: float, y: Callable[[float], float]) -> str:
    shares = [tenth / 10 for tenth in range(round(10 * bottom), 11)]
    lines = [_line("grid", _LEFT, y(share), WIDTH - _RIGHT, y(share)) for share in shares]
    # Text stands on its baseline: 4 units lower, a digit is centered on the line.
    labels = [_text(_LEFT - 8, y(share) + 4, "end", f"{100 * share:.0f}%") for share in shares]
    return "".join([*lines, *labels])


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
