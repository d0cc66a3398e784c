from ui.entrance import FIRST_STYLE, FRAME_STYLE, SERVER_SCRIPT, page_html
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
