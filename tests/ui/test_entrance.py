from ui.entrance import FIRST_STYLE, SERVER_SCRIPT, page_html


def test_the_page_of_streamlit_has_our_script_and_style_first_in_its_head() -> None:
    html = page_html()
    head = html[html.index("<head>") : html.index("</head>")]
    assert head.index(SERVER_SCRIPT) < head.index(FIRST_STYLE) < head.index("/static/")
