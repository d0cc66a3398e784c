from hypothesis import given
from hypothesis import strategies as st

from al_core.formats.files.cells import escape_cell, unescape_cell


@given(st.text(max_size=8) | st.text("'=+-@\t\r", max_size=8))
def test_an_escaped_cell_is_safe_and_has_one_way_back(text: str) -> None:
    assert escape_cell(text)[:1] not in tuple("=+-@\t\r")
    assert unescape_cell(escape_cell(text)) == text
