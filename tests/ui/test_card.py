from al_core.evaluation import Strip
from ui.select.card import strip_html


def test_a_strip_has_a_tick_for_each_draw_and_one_for_the_selection_in_place() -> None:
    html = strip_html(Strip(3.0, (1.0, 2.0)), 'covers "all"')
    assert html.count('class="random"') == 2
    assert '<i class="selected" style="left: 96.00%"></i>' in html
    assert '<i class="random" style="left: 50.00%"></i>' in html
    assert 'aria-label="covers &quot;all&quot;"' in html


def test_a_strip_of_equal_figures_is_drawn_in_the_middle() -> None:
    assert "left: 50.00%" in strip_html(Strip(0.0, (0.0,)), "")
