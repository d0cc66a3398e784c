import pytest

from al_core.formats.tables.filename_column import find_filename_column
from al_core.formats.tables.sample import sample_of_texts


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"cat": ["0.5", "1"], "image": ["a", "b"]}, "image"),
        ({"id": ["0", "1"], "image_path": ["a", "b"]}, "image_path"),
        ({"source": ["web", "web"], "foto": ["a.jpg", "b.jpg"]}, "foto"),
        ({"id": ["7", "8"], "cat": ["0.5", "1"]}, "id"),
        ({"bild": ["a", "b"], "cat": ["0.5", "1"]}, "bild"),
        ({"": ["a", "b"], "cat": ["0.5", "1"]}, ""),
        ({"filename": ["a.jpg", "a.jpg"], "note": ["x", "y"]}, "filename"),
        ({"index": ["0", "1"], "cat": ["0.5", "1"]}, None),
        ({"label": ["cat", "dog"], "cat": ["0.5", "1"]}, None),
    ],
)
def test_the_name_decides_and_then_the_cells(columns: dict[str, list[str]], expected: str | None) -> None:
    samples = [sample_of_texts(name, cells) for name, cells in columns.items()]
    found = find_filename_column(samples, range(len(samples)))
    assert (found and samples[found[0]].name) == expected
