import pytest

from al_core.formats.tables.csv_head import samples_of_head


def test_complete_rows_are_read_with_any_delimiter() -> None:
    for head in (b"filename,p\na,0.5\nb", b"\xef\xbb\xbffilename;p\r\na;0.5\r\n", b"filename\tp\na\t0.5"):
        assert [(sample.name, list(sample.cells)) for sample in samples_of_head(head)] == [
            ("filename", ["a"]),
            ("p", ["0.5"]),
        ]


@pytest.mark.parametrize("head", [b"filename,p\n", b'[{"a": 1}]', b"\0\1,\n2", b"a,b\rc,d\re", b"\x93NUMPY"])
def test_anything_else_has_no_columns(head: bytes) -> None:
    assert samples_of_head(head) == []
