import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.tables.list_cells import parsed_list


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("[0.5 2.5e-01\n 1]", [0.5, 0.25, 1]),
        ("[0.5, 0.25]", [0.5, 0.25]),
        ("['garden spider, Aranea' 'owl']", ["garden spider, Aranea", "owl"]),
        ("""["it's", 'an "owl"']""", ["it's", 'an "owl"']),
        ("[74 621]", [74, 621]),
        ("", None),
    ],
)
def test_lists_as_programs_print_them_are_read(cell: str, entries: list[object] | None) -> None:
    assert parsed_list(cell, "p.csv, line 2") == entries


@pytest.mark.parametrize(
    ("cell", "message"), [("[0.5 ... 0.1]", "NumPy has left out numbers"), ("0.5", "expected a list such as")]
)
def test_other_cells_are_refused_with_their_place(cell: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=rf"^p\.csv, line 2: {message}"):
        parsed_list(cell, "p.csv, line 2")
