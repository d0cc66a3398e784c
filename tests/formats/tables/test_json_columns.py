import numpy as np
import pytest

from al_core.formats.tables.json_columns import Cells, Columns, columns_of


def cells_with_arrays() -> Cells:
    cells = Cells()
    cells.append("a")
    cells.extend_with_array(np.array([[0.5, 0.25], [0.125, 1.0]]))
    cells.extend([None, 7])
    cells.extend_with_array(np.array([[2.0, 3.0]]))
    return cells


AS_LIST = ["a", [0.5, 0.25], [0.125, 1.0], None, 7, [2.0, 3.0]]


def test_cells_are_a_sequence_wherever_their_arrays_begin_and_end() -> None:
    cells = cells_with_arrays()
    assert list(cells) == AS_LIST
    assert [cells[place] for place in range(-6, 6)] == AS_LIST + AS_LIST
    for start in range(7):
        for stop in range(start, 8):
            assert cells[start:stop] == AS_LIST[start:stop]
    with pytest.raises(IndexError):
        cells[6]


def test_only_lists_of_as_many_fractions_are_a_matrix() -> None:
    assert cells_with_arrays().matrix is None
    assert Cells().matrix is None
    cells = Cells()
    cells.extend_with_array(np.array([[0.5, 0.25]]))
    cells.extend_with_array(np.array([[0.125, 1.0]]))
    matrix = cells.matrix
    assert matrix is not None
    assert matrix.tolist() == [[0.5, 0.25], [0.125, 1.0]]
    cells.extend_with_array(np.array([[0.5]]))
    assert cells.matrix is None


def test_records_of_other_keys_are_added_one_by_one() -> None:
    columns = Columns(str)
    assert columns.add_alike([{"a": 1, "b": [0.5]}, {"a": 2, "b": [1.5]}])
    assert not columns.add_alike([{"a": 1}, {"b": 1}])
    assert not columns.add_alike([{"a": 1}, 3])
    columns.add({"b": 3, "c": 4})
    assert columns.add_alike([{"c": [True]}])
    read = {name: list(cells) for name, cells in columns.finished().items()}
    assert read == {
        "a": [1, 2, None, None],
        "b": [[0.5], [1.5], "3", None],
        "c": [None, None, "4", "[True]"],
    }


def test_columns_of_no_records_are_none() -> None:
    assert columns_of([]) == {}
