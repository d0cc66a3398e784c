from contextlib import suppress
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_class_names


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("classes.txt", "cat\ndog\n"),
        ("obj.names", "cat\r\ndog\r\n\r\n"),
        ("_darknet.labels", "cat\ndog"),
        ("classes.json", '["cat", "dog"]'),
        ("classes.json", '{"1": "dog", "0": "cat"}'),
        ("data.yaml", "path: x\nnames:\n  0: cat\n  1: dog\n"),
        ("data.yaml", "names: ['cat', \"dog\"]\n"),
        (
            "config.xml",
            '<View><Choices name="a" toName="i"><Choice value="cat"/><Choice value="dog"/></Choices></View>',
        ),
        ("config.xml", '<View><A><Label value="cat"/><Label value="dog"/></A><B><Label value="cat"/></B></View>'),
        ("cvat.json", '[{"name": "cat", "id": 7, "attributes": []}, {"name": "dog", "id": 9}]'),
    ],
)
def test_class_names_are_read_in_their_order(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert read_class_names(tmp_path / name) == ["cat", "dog"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "cat\n\ndog\n"),
        ("a.txt", "\n"),
        ("a.json", "[1, 2]"),
        ("a.json", '{"cat": 5}'),
        ("a.yaml", "nc: 2\n"),
        ("a.xml", "<View/>"),
        ("a.json", '[{"id": 1}]'),
    ],
)
def test_a_file_without_class_names_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(FileFormatError, match=name):
        read_class_names(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [
        "names: [cat, dog]",
        "names: [cat, dog,]  # two\n",
        'names: [\n  cat,\n  "dog",\n]\n',
        "names:\n- cat\n- dog\n",
        "names:\n  - cat # the first\n\n  - 'dog'\nnc: 2\n",
        "names:\n  0: cat\n  1: dog\n",
        "names:\r\n  1: dog\r\n  0: 'cat'\r\n",
        "names: {0: cat, 1: dog}",
        "names: {\n  '0': \"cat\",\n  1: dog, # the last\n}\n",
        "# names: [cow]\nclass_names: [cow]\npath: 'names: [cow]'\nnames: [cat, dog]\n",
        "names: &all [cat, dog]\nsame: *all\n",
        "\ufeffnames: !!python/tuple [cat, dog]\n",
        "---\nnames: [cat, dog]\n...\n",
    ],
)
def test_every_spelling_of_a_list_or_of_numbers_in_yaml_is_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "data.yaml").write_text(content, encoding="utf-8", newline="")
    assert read_class_names(tmp_path / "data.yaml") == ["cat", "dog"]


def test_names_are_the_words_of_the_file_whatever_yaml_takes_them_for(tmp_path: Path) -> None:
    names = ["no", "1", "1.50", "null", "2001-99-99", "1:30", "it's: a <dog>", "chat noir", "\U0001f431"]
    listed = ["no", "1", "1.50", "null", "2001-99-99", "1:30", '"it\'s: a <dog>"', "chat noir", "\U0001f431"]
    (tmp_path / "data.yaml").write_text("names:\n" + "".join(f"- {name}\n" for name in listed), encoding="utf-8")
    assert read_class_names(tmp_path / "data.yaml") == names


@pytest.mark.parametrize(
    "content", ["names:\n" + "\n" * 900_000 + "- cat\n", "names:\n 1:" + "'" * 99 + " " * 900_000 + "x\n"]
)
def test_a_file_of_blanks_takes_no_longer_than_another(tmp_path: Path, content: str) -> None:
    """Patterns with two adjoining repeats took hours for it."""
    (tmp_path / "data.yaml").write_text(content)
    with suppress(FileFormatError):
        assert read_class_names(tmp_path / "data.yaml") == ["cat"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("names: {0: cat, 2: dog}", r"data\.yaml: names has no class 1; number the classes from 0 without a gap"),
        ("names: {1: cat, 2: dog}", r"data\.yaml: names has no class 0; number"),
        ("names: {cat: 0, dog: 1}", r"data\.yaml: names is numbered by 'cat'; number the classes from 0"),
        ("names: cat", r"data\.yaml: expected names as a list, or by number"),
        ("- cat\n- dog\n", r"data\.yaml: expected names as a list, or by number"),
        ("names: [cat, [dog]]", r"data\.yaml: class 1 is not one name but several"),
        ("names:\n- cat\n-\n- dog\n", r"data\.yaml names no classes, or leaves one empty"),
        ("names:\n- cat\n  dog: [\n", r"data\.yaml, line 3: not YAML"),
        ("names:\n- a\x00b\n", r"data\.yaml, line 2: not YAML"),
        ("names: [a]\n---\nnames: [b]\n", r"data\.yaml, line 2: not YAML"),
        ("names: &a [*a]", r"data\.yaml, line 1: not YAML"),
        ("names: " + "[" * 200 + "]" * 200, r"data\.yaml, line 1: more than 50 levels; correct it"),
        ("names:\n" + "\n" * 2**20, r"data\.yaml has 1,048,583 bytes; at most 1,048,576"),
    ],
)
def test_yaml_that_names_no_classes_clearly_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "data.yaml").write_text(content)
    with pytest.raises(FileFormatError, match=message):
        read_class_names(tmp_path / "data.yaml")


@pytest.mark.parametrize(
    "content",
    [
        '{"architectures": ["ViT"], "id2label": {"0": "cat", "1": "dog"}}',
        '{"dog": 1, "cat": 0}',
        '{"0": ["n02123045", "cat"], "1": ["n02085620", "dog"]}',
        '{"categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}',
    ],
)
def test_class_names_are_where_models_keep_them(tmp_path: Path, content: str) -> None:
    path = tmp_path / "names.json"
    path.write_text(content)
    assert read_class_names(path) == ["cat", "dog"]
