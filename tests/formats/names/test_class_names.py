import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_class_names


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("classes.txt", "cat\ndog\n"),
        ("obj.names", "cat\r\ndog\r\n\r\n"),
        ("classes.json", '["cat", "dog"]'),
        ("classes.json", '{"1": "dog", "0": "cat"}'),
        ("data.yaml", "path: x\nnames:\n  0: cat\n  1: dog\n"),
        ("data.yaml", "names: ['cat', \"dog\"]\n"),
    ],
)
def test_class_names_are_read_in_their_order(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert read_class_names(tmp_path / name) == ["cat", "dog"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", "cat\n\ndog\n"), ("a.txt", "\n"), ("a.json", "[1, 2]"), ("a.json", '{"cat": 0}'), ("a.yaml", "nc: 2\n")],
)
def test_a_file_without_class_names_is_refused(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(FileFormatError, match=name):
        read_class_names(tmp_path / name)
