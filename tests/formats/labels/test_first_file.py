from pathlib import Path

from al_core.formats.labels.first_file import start_of_first


def test_the_first_file_of_an_ending_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.xml").write_text("<b/>")
    names = ["a.json", "b.xml"]
    assert start_of_first(tmp_path, names, ".xml") == b"<b/>"
    assert start_of_first(tmp_path, names, ".txt") == b""
