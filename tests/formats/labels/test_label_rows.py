import math

import numpy as np

from al_core.formats.labels.label_columns import label_columns
from al_core.formats.labels.label_rows import TableRows, key_of, number_of, size_of, sizes_of, time_of, times_of

COLUMNS = label_columns("l.csv", ["filename", "label", "annotator", "date", "image_width", "image_height"], {})


def test_a_row_has_its_image_annotator_size_and_time() -> None:
    row = dict(enumerate(["a.png", "cat", " ann ", "1970-01-01T00:00:09Z", "40", "20"]))
    assert (key_of(row, COLUMNS), size_of(row, COLUMNS), time_of(row, COLUMNS)) == (("a.png", "ann"), (40, 20), 9)


def test_cells_that_say_nothing_are_none() -> None:
    row = dict(enumerate(["a.png", "cat", "", "", "", "nan"]))
    assert size_of(row, COLUMNS) is None
    assert math.isnan(time_of(row, COLUMNS))
    assert (number_of("0.5"), number_of("inf"), number_of("")) == (0.5, 0, 0)


def test_rows_of_a_table_are_made_as_often_as_they_are_asked_for() -> None:
    rows = TableRows([1, 4], [["a.png", "b.png"], ["cat", ""]])
    assert list(rows) == list(rows) == [{1: "a.png", 4: "cat"}, {1: "b.png", 4: ""}]
    assert (len(rows), {1: "b.png", 4: ""} in rows, {1: "c.png"} in rows) == (2, True, False)


def test_rows_can_be_chosen_and_have_columns_sizes_and_times() -> None:
    cells = [["a.png", "b.png"], ["9", ""], ["40", ""], ["20", "20"]]
    rows = TableRows([0, 3, 4, 5], cells)
    assert (list(rows.column(0)), list(rows.column(-1))) == (["a.png", "b.png"], ["", ""])
    assert sizes_of(rows, COLUMNS) == [(40, 20), None]
    first, second = times_of(rows, COLUMNS).tolist()
    assert (first, math.isnan(second)) == (9, True)
    assert list(rows.take(np.array([1])).column(0)) == ["b.png"]


def test_released_rows_have_given_up_their_cells() -> None:
    rows = TableRows([0], [["a.png"]])
    rows.release()
    assert (len(rows), list(rows)) == (0, [])
