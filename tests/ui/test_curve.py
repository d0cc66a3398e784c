from ui.bars import Tick
from ui.curve import Axes, CurvePoint, Level, curve_chart

AXES = Axes("Labels", "Right, %", [Tick(0, "0"), Tick(1, "200")], [Tick(0, "50"), Tick(1, "100")])
LEVEL = Level(0.9, "target 95%", "red")


def chart(*points: CurvePoint) -> str:
    return curve_chart('All "points"', points, AXES, level=LEVEL, color="blue", height=100)


def test_a_line_goes_through_the_points_as_wide_as_two_pixels() -> None:
    html = chart(CurvePoint(0.25, 0.5, 0.4, 0.6, "first"), CurvePoint(0.5, 0.75, 0.7, 0.8, "second"))
    # Down from the top: half of the height, and a quarter.
    upper = "25% calc(50% - 1px), 50% calc(25% - 1px)"
    lower = "50% calc(25% + 1px), 25% calc(50% + 1px)"
    assert f"clip-path: polygon({upper}, {lower})" in html


def test_a_point_lies_within_its_interval() -> None:
    html = chart(CurvePoint(0.25, 0.5, 0.45, 0.65, "<first>"))
    assert 'data-text="&lt;first&gt;" style="left: 25%; bottom: 45%; height: 20%; --at: 25%; --dot: 25%"' in html


def test_a_point_without_width_of_its_interval_is_drawn_all_the_same() -> None:
    assert "height: 0%; --at: 100%; --dot: 50%" in chart(CurvePoint(1, 1, 1, 1, "sure"))


def test_it_is_read_aloud_as_its_summary_and_says_what_the_axes_are() -> None:
    html = chart(CurvePoint(0.25, 0.5, 0.4, 0.6, "first"))
    assert 'role="img" aria-label="All &quot;points&quot;"' in html
    assert 'style="bottom: 90%; --color: red"><b>target 95%</b>' in html
    assert "Right, %</div>" in html
    assert ">Labels</div>" in html
