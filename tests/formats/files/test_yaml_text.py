import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.yaml_text import parse_settings, parse_yaml
from tests.patience import PATIENCE

LAUGHS = "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(20))


MERGES = "".join(f"a{n + 1}: &a{n + 1}\n  <<: [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(20))


# Each would take minutes to days, or all memory, if its work grew faster than its size.
BOMBS = {
    "newlines": "names:" + "\n" * 40_000,
    "many newlines": "names:" + "\n" * 1_000_000,
    "quotes": "names:\n 1:" + "'" * 5 + " " * 500_000 + "x\n",
    "laughs": f"a0: &a0 [lol]\n{LAUGHS}names: *a20\n",
    "merges": f"a0: &a0 {{0: lol}}\n{MERGES}names: *a20\n",
    "brackets": "names: " + "[" * 500_000,
    "indents": "".join(f"{' ' * n}-\n" for n in range(1_000)),
    "digits": "names: [" + "1" * 500_000 + "]",
    "base 60": "names: [" + "1:" * 250_000 + "1]",
    "anchors": "names: [" + "&a " * 300_000 + "]",
}


READ_ARCHIVE = """
import sys
from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
try:
    read_predictions(sys.argv[1])
except FileFormatError:
    pass
"""


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_small_archive_cannot_stop_the_reader(tmp_path: Path, content: str) -> None:
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "0 0.5 0.5 0.5 0.5 0.5\n")
        archive.writestr("data.yaml", content)
    subprocess.run([sys.executable, "-c", READ_ARCHIVE, path], check=True, timeout=PATIENCE)


@pytest.mark.parametrize("read", [parse_settings, parse_yaml])
@pytest.mark.parametrize("text", ['a: 1\n"\\ud800": 2', 'a: 1\nb: "x\\0.csv"', 'a: 1\nb: ["x\\udfff"]'])
def test_half_a_character_or_a_nul_is_an_error_with_its_line(read: Callable[[bytes, str], Any], text: str) -> None:
    with pytest.raises(FileFormatError, match=r"round\.yaml, line 2: "):
        read(text.encode(), "round.yaml")


def test_two_escapes_are_one_character_as_in_json() -> None:
    assert parse_settings(b'{"a \\ud83d\\ude00": "\\ud83d\\ude00.png"}', "round.json") == {
        "a \U0001f600": "\U0001f600.png"
    }
