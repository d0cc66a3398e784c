from al_core.formats.join.file_rows import BadRows, FilenameRows


def test_names_alone_never_differ_and_are_never_bad() -> None:
    rows = FilenameRows(("a", "b"))
    assert len(rows) == 2
    assert rows.filenames == ["a", "b"]
    assert not rows.differ(0, 1)
    assert not rows.can_fill
    assert rows.bad_rows().not_finite.tolist() == []


def test_no_rows_are_bad_by_default_and_they_can_be_an_index() -> None:
    bad = BadRows()
    assert bad.not_finite.dtype == bad.not_probabilities.dtype == int
