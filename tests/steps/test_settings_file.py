from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.steps.settings_file import optional_share, read_settings, true_or_false


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot be read"):
        read_settings(tmp_path / "none.yaml")
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(FileFormatError, match="line 1: not YAML"):
        read_settings(tmp_path / "broken.yaml")


@pytest.mark.parametrize(
    "content",
    ["name: a\nselection:\n  new: 5\nname: b\n", "selection: {new: 5,\n\n new: 6}", '{"name": "a",\n\n"name": "b"}'],
    ids=["yaml", "flow", "json"],
)
def test_a_key_that_stands_twice_is_refused_and_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(content)
    with pytest.raises(FileFormatError, match=r"line [34]: not YAML \('n\w+' stands in line 1 already\)"):
        read_settings(path)


def test_a_truth_value_is_no_number_and_a_text_no_truth_value() -> None:
    with pytest.raises(InvalidInputError, match=r"export.share: expected a number from 0 to 1, found True"):
        optional_share({"share": True}, "share", "export")
    with pytest.raises(InvalidInputError, match=r"export.added_only: expected true or false, found 'no'"):
        true_or_false("no", "export.added_only")
