import subprocess
import sys
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions


def write(tmp_path: Path, content: str | bytes, name: str = "p.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("cat,dog\n0.5,0.5\n", r"p\.csv has no column 'filename' or another .*; its columns are 'cat', 'dog'"),
        ("filename\na\n", r"p\.csv has no probabilities of all classes\. No column holds probabilities"),
        ("filename,cat\na,0.5\nb,high\n", r"p\.csv, line 3, column 'cat': expected a number, found 'high'"),
        ("filename,cat\na,0.5\nb,1_0\n", r"p\.csv, line 3, column 'cat': expected a number, found '1_0'"),
        ("filename,cat\na,0.5\n,1\n", r"p\.csv, row 1 counting from 0: the filename is empty"),
        ("filename,cat,cat\na,0.5,1\n", r"column 'cat' occurs 2 times; give every column its own name"),
        ("filename,cat, cat\na,0.5,1\n", r"class names must differ and not be empty, found 'cat', 'cat'"),
        ("\x01\x02,\x03", r"p\.csv has (no column 'filename'|a header but no rows)"),
    ],
)
def test_a_bad_csv_is_refused_with_its_place_and_the_fix(tmp_path: Path, content: bytes | str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(write(tmp_path, content))


def test_reading_a_csv_does_not_import_pandas(tmp_path: Path) -> None:
    path = write(tmp_path, "filename,class,probability\na,cat,0.25\na,dog,0.75\nb,cat,0.5\nb,dog,0.5\n")
    code = (
        "import sys; from pathlib import Path; from al_core.formats import read_predictions; "
        "print(read_predictions(Path(sys.argv[1])).outputs.tolist(), 'pandas' in sys.modules)"
    )
    child = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True)
    assert child.stdout.split("\n")[0] == "[[0.25, 0.75], [0.5, 0.5]] False"
