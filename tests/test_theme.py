"""Text of the dashboard is readable: WCAG 2.2 asks for a contrast of 4.5 for text and 3 for controls."""

import tomllib
from pathlib import Path

import pytest

CONFIG = tomllib.loads((Path(__file__).resolve().parents[1] / ".streamlit" / "config.toml").read_text())
THEME = CONFIG["theme"]


def luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("surface", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("text", ["textColor", "linkColor", "codeTextColor", "dataframeHeaderTextColor"])
def test_text_stands_out_from_each_surface(mode: str, surface: str, text: str) -> None:
    theme = THEME[mode]
    assert contrast(theme[text], theme[surface]) >= 4.5
    assert contrast(theme[text], theme["sidebar"][surface]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_buttons_stand_out_from_the_page_and_their_white_label_from_them(mode: str) -> None:
    assert contrast(THEME[mode]["primaryColor"], "#ffffff") >= 4.5
    assert contrast(THEME[mode]["primaryColor"], THEME[mode]["backgroundColor"]) >= 3


def test_the_sequential_palette_gets_steadily_lighter() -> None:
    steps = [luminance(color) for color in THEME["chartSequentialColors"]]
    assert steps == sorted(steps)


def test_the_dashboard_is_private_to_this_machine() -> None:
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["browser"]["gatherUsageStats"] is False
