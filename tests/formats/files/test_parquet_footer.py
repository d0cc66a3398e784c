import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.formats.files.parquet_footer import read_footer

READ_DAMAGED = """
import sys
from pathlib import Path
from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import read_table

path = Path(sys.argv[1])
sound = path.read_bytes()
start = len(sound) - 8 - int.from_bytes(sound[-8:-4], "little")
n_refused = 0
for position in range(start, len(sound) - 8):
    damaged = bytearray(sound)
    damaged[position] ^= int(sys.argv[2])
    path.write_bytes(damaged)
    try:
        read_table(path)
    except FileFormatError:
        n_refused += 1
print(n_refused)
"""


def written(tmp_path: Path) -> Path:
    rows = 20
    table = pa.table({"filename": [f"{row}.png" for row in range(rows)], "p": [0.5] * rows, "box": [[0.1, 0.2]] * rows})
    pyarrow.parquet.write_table(table, tmp_path / "p.parquet", row_group_size=10)
    return tmp_path / "p.parquet"


def test_the_columns_of_all_row_groups_can_be_looked_at(tmp_path: Path) -> None:
    footer = read_footer(written(tmp_path))
    assert [footer.row_group(group).column(2).num_values for group in range(footer.num_row_groups)] == [20, 20]


@pytest.mark.parametrize("bits", [1, 36, 255])
def test_no_damaged_byte_of_a_footer_ends_the_process(tmp_path: Path, bits: int) -> None:
    command = [sys.executable, "-c", READ_DAMAGED, str(written(tmp_path)), str(bits)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr[-500:]
    assert int(child.stdout) > 100
