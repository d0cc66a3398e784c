from al_core.evaluation import Strip
from al_core.steps.card_svg import strip_svg


def test_ticks_lie_between_the_lowest_and_the_highest_figure() -> None:
    svg = strip_svg(Strip(0.75, (0.25, 0.5)), "covers 75%")
    # From 12 to 628 in 640 pixels.
    assert [svg.count(f'x1="{x}"') for x in ("12.0", "320.0", "628.0")] == [1, 1, 1]


def test_equal_figures_are_drawn_one_above_the_other() -> None:
    assert strip_svg(Strip(0.5, (0.5, 0.5)), "").count('x1="12.0"') == 3


def test_the_sentence_is_read_aloud_as_text() -> None:
    assert 'aria-label="&quot;&lt;b&gt;"' in strip_svg(Strip(0.5, (0.25,)), '"<b>')
