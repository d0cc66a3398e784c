"""A figure of the card against RANDOM as an SVG inside a page: gray ticks for draws, a colored one for the picks."""

from html import escape

from al_core.evaluation import Strip

WIDTH = 640
HEIGHT = 28
# Ticks at the very ends would be cut in half.
_MARGIN = 12


def strip_svg(strip: Strip, sentence: str) -> str:
    """Return the ticks of a figure, read aloud as its sentence.

    The scale spans what is shown, so that ticks are told apart; the sentence has the numbers.

    Examples:
        >>> strip_svg(Strip(0.75, (0.5, 0.25)), "covers 75%").count("<line")
        3
    """
    values = [*strip.random, strip.selected]
    lowest = min(values)
    # If all are equal, any span puts them at the left end.
    span = max(values) - lowest or 1.0

    def tick(value: float, kind: str, inset: int) -> str:
        x = _MARGIN + (WIDTH - 2 * _MARGIN) * (value - lowest) / span
        return f'<line class="{kind}" x1="{x:.1f}" y1="{inset}" x2="{x:.1f}" y2="{HEIGHT - inset}"/>'

    of_draws = [tick(value, "random", 6) for value in strip.random]
    # The last one drawn is on top, and it is the longest: a draw of the same value does not hide it.
    of_picks = tick(strip.selected, "selected", 1)
    ticks = "".join([*of_draws, of_picks])
    label = escape(sentence, quote=True)
    # On a narrow screen the ticks move together and stay as high as they are.
    return (
        f'<svg role="img" aria-label="{label}" preserveAspectRatio="none" viewBox="0 0 {WIDTH} {HEIGHT}">{ticks}</svg>'
    )
