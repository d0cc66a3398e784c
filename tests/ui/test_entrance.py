import re
from pathlib import Path

from ui.entrance import FIRST_STYLE, FRAME_STYLE, SERVER_SCRIPT, page_html, placeholder_style
from ui.preloaded import preload_links


def test_the_page_of_streamlit_has_our_script_and_style_first_in_its_head() -> None:
    html = page_html("explore")
    head = html[html.index("<head>") : html.index("</head>")]
    assert head.index(SERVER_SCRIPT) < head.index(FIRST_STYLE) < head.index("/static/")


def test_the_scripts_of_a_page_are_the_last_of_its_head() -> None:
    html = page_html("tags")
    # What Streamlit cannot begin without is fetched before them.
    assert html[: html.index("</head>")].rstrip().endswith(preload_links("tags"))


def test_the_style_of_the_frames_follows_the_head_whose_rules_it_overrides_and_precedes_what_is_drawn() -> None:
    html = page_html("explore")
    assert html.index("</head>") < html.index(FRAME_STYLE) < html.index('id="root"')


def test_what_is_drawn_before_the_page_has_its_name_and_colors() -> None:
    style = placeholder_style("rounds")
    theme = Path(".streamlit/config.toml").read_text(encoding="utf-8")
    colors = re.findall(r"#[0-9a-f]{6}", style)
    assert 'content: "Rounds"' in style
    assert len(colors) == 5
    assert all(color in theme for color in colors)
    assert style in page_html("rounds")
