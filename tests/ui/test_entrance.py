from ui.entrance import FIRST_STYLE, FRAME_STYLE, SERVER_SCRIPT, page_html


def test_the_page_of_streamlit_has_our_script_and_style_first_in_its_head() -> None:
    html = page_html("explore")
    head = html[html.index("<head>") : html.index("</head>")]
    assert head.index(SERVER_SCRIPT) < head.index(FIRST_STYLE) < head.index("/static/")


def test_the_style_of_the_frames_follows_the_head_whose_rules_it_overrides_and_precedes_what_is_drawn() -> None:
    html = page_html("explore")
    assert html.index("</head>") < html.index(FRAME_STYLE) < html.index('id="root"')
