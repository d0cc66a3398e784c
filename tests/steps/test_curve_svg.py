from al_core.evaluation import Interval
from al_core.steps.curve_svg import curve_svg


def test_a_curve_lies_where_its_numbers_say() -> None:
    svg = curve_svg([(100, Interval(0.9, 0.8, 1.0, n=50)), (200, Interval(1.0, 0.9, 1.0, n=50))], 0.85)
    # From 80 % at the bottom (256) to 100 % at the top (16); 200 labels at the right (624), 100 halfway from 52.
    assert '<circle cx="338.0" cy="136.0"' in svg
    assert '<circle cx="624.0" cy="16.0"' in svg
    assert '<line class="interval" x1="338.0" y1="256.0" x2="338.0" y2="16.0"/>' in svg
    assert "target 85.0%" in svg


def test_a_target_of_all_leaves_height() -> None:
    assert 'cy="16.0"' in curve_svg([(10, Interval(1.0, 1.0, 1.0, n=5))], 1.0)
