import json
import re
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE
from ui.row_table import FOLDER, MOST_LINES


def page() -> None:
    import streamlit as st

    from ui.row_table import Choice, Column, Line, row_table

    columns = [Column("Tag"), Column("Share", is_share=True)]
    lines = [Line(key, [f"cat\u202e{key}", 50.0]) for key in st.session_state.get("keys", "ab")]
    st.session_state["ticked"] = row_table("Tags", columns, lines, key="tags", choice=Choice.SEVERAL)


def sent(app: AppTest) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(app.get("bidi_component")[0].proto.json)
    return content


def test_a_ticked_line_stays_ticked_wherever_it_stands_and_until_it_is_gone() -> None:
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert app.session_state["ticked"] == []
    app.session_state["tags"] = {"chosen": ["b"]}
    app.session_state["keys"] = "cab"
    assert app.run().session_state["ticked"] == [2]
    # For a browser that draws it anew.
    assert sent(app)["chosen"] == ["b"]
    app.session_state["keys"] = "ca"
    assert app.run().session_state["ticked"] == []


def test_no_name_turns_the_text_around() -> None:
    assert sent(AppTest.from_function(page, default_timeout=PATIENCE).run())["lines"][0]["cells"] == [
        "cat[U+202E]a",
        50.0,
    ]


def test_a_table_of_any_number_of_lines_has_its_place_before_it_is_drawn() -> None:
    style = (FOLDER / "places.css").read_text(encoding="utf-8")
    heights = {int(n): int(height) for n, height in re.findall(r"-of-(\d+)-lines.*?min-height: (\d+)px", style)}
    assert sorted(heights) == list(range(1, MOST_LINES + 1))
    assert list(heights.values()) == sorted(heights.values())
    # The border and what scrolls inside it, as the table is drawn.
    [most] = re.findall(r"\.rows \{ max-height: (\d+)px", (FOLDER / "row_table.css").read_text(encoding="utf-8"))
    assert heights[MOST_LINES] == int(most) + 2
