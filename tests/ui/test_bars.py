import re

import numpy as np
import pytest

from al_core.evaluation import PredictedClasses
from ui.bars import Bar, Place, Tick, bar_chart, round_steps
from ui.charts import BEFORE_COLOR, BLUE, GRAY, confidence_histogram, overlaid_histograms, score_histogram
from ui.select.card import classes_chart


def heights(html: str, color: str) -> list[float]:
    """The bars of a color that are not empty, in percent of the chart."""
    written = re.findall(rf"height: ([\d.]+)%; background: {re.escape(color)}", html)
    return [float(height) for height in written if float(height)]


def texts(html: str) -> list[str]:
    return re.findall(r'data-text="([^"]*)"', html)


def test_a_histogram_of_scores_leaves_out_missing_ones_and_says_what_it_shows() -> None:
    html = score_histogram('a "b"', np.array([0.01, 0.02, 0.99, np.nan], np.float32))
    assert heights(html, BLUE) == [100, 50]
    assert texts(html)[0] == "2 images from 0.000 to 0.025"
    assert texts(html)[-1] == "1 image from 0.975 to 1.000"
    assert 'aria-label="Histogram of a &quot;b&quot;: 3 images, most from 0 to 0.025 (2)"' in html


def test_a_histogram_without_scores_is_empty() -> None:
    html = score_histogram("s", np.array([np.nan], np.float32))
    assert heights(html, BLUE) == []
    assert 'aria-label="Histogram of s: 0 images"' in html


def test_boxes_below_the_threshold_are_gray_and_a_single_one_is_still_seen() -> None:
    confidences = np.array([*[0.01] * 999, 0.99], np.float32)
    html = confidence_histogram(confidences, threshold=0.5)
    [many] = heights(html, GRAY)
    [one] = heights(html, BLUE)
    # On a logarithmic axis from -0.3 to 0.1 above the highest.
    assert many == pytest.approx(100 * (np.log10(999) + 0.3) / (np.log10(999) + 0.4), abs=0.1)
    assert one == pytest.approx(100 * 0.3 / (np.log10(999) + 0.4), abs=0.1)
    assert [text for text in ("<b>1</b>", "<b>10</b>", "<b>100</b>", "<b>1,000</b>") if text not in html] == []


def test_two_histograms_over_each_other_share_their_axis() -> None:
    html = overlaid_histograms(np.array([0.5, 0.51]), np.array([0.51]), height=100)
    assert "2 before, 1 after\nfrom 0.500 to 0.525" in texts(html)
    assert (heights(html, BEFORE_COLOR), heights(html, BLUE)) == ([100], [50])
    # The rules of the style sheet that put one bar behind the other are those of this class.
    assert html.startswith('<div class="bar-chart overlaid"')


def test_the_classes_of_a_selection_stand_beside_those_of_the_pool() -> None:
    html = classes_chart(PredictedClasses(("<cat>", "dog"), (0.75, 0.25), (0.7, 0.3), (0.5, 0.5)))
    assert texts(html)[1] == "dog\npool: 25.0%\nRANDOM, mean of 20: 30.0%\nselected: 50.0%"
    assert "<span>&lt;cat&gt;</span>" in html
    assert re.findall(r"</span>([^<]+)</span>", html.partition('<div class="bar-chart"')[0]) == [
        "pool",
        "RANDOM, mean of 20",
        "selected",
    ]
    # The highest of all shares is the top of the chart.
    assert heights(html, BLUE) == pytest.approx([66.67, 66.67], abs=0.01)
    assert [step.text for step in round_steps(75, "%")] == ["0%", "20%", "40%", "60%"]


def test_a_class_whose_name_turns_text_around_is_shown_as_it_is() -> None:
    html = classes_chart(PredictedClasses(("cat\u202egnp.exe", "dog"), (0.5, 0.5), (0.5, 0.5), (0.75, 0.25)))
    assert "\u202e" not in html
    assert "<span>cat[U+202E]gnp.exe</span>" in html
    assert texts(html)[0].startswith("cat[U+202E]gnp.exe\npool: 50.0%")


def test_names_that_do_not_fit_beside_each_other_are_turned() -> None:
    def chart(name: str) -> str:
        return bar_chart("", [Place((Bar(1, BLUE),), "", name)] * 10, height=10, steps=[Tick(0, "0")])

    assert "turned" not in chart("3")
    assert "turned" in chart("long-haired cat")
