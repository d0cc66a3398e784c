import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.store.filename_rows import FEW_NAMES, rows_by_filename

NAMES = [f"{row}.png" for row in range(4 * FEW_NAMES)]
COLUMN = pa.array(NAMES, pa.large_string())


@given(st.lists(st.integers(0, len(NAMES) + 5), max_size=2 * FEW_NAMES))
def test_few_and_many_filenames_have_the_rows_that_a_dictionary_gives(rows: list[int]) -> None:
    wanted = [f"{row}.png" for row in rows]
    row_of = {name: row for row, name in enumerate(NAMES)}
    assert rows_by_filename(COLUMN, wanted).tolist() == [row_of.get(name, -1) for name in wanted]


@pytest.mark.parametrize("n_names", [3, len(NAMES)])
def test_a_filename_asked_for_twice_has_its_row_twice(n_names: int) -> None:
    wanted = [NAMES[7]] * n_names
    assert rows_by_filename(COLUMN, wanted).tolist() == [7] * n_names
