import pyarrow as pa
import pytest

from al_core.formats.join.spelling import composed, decoded, lowered, without_version


def names(*texts: str) -> pa.Array:
    return pa.array(texts, pa.large_string())


def test_accents_are_joined_with_their_letters() -> None:
    assert composed(names("a.jpg", "di\u0301a.jpg")).to_pylist() == ["a.jpg", "d\u00eda.jpg"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("https://h/x/a.jpg?sig=a/b.c&x=1", "https://h/x/a.jpg"),
        ("s3://bucket/a%20b.jpg", "s3://bucket/a b.jpg"),
        ("gs://bucket/a.jpg#1", "gs://bucket/a.jpg"),
        ("what?.jpg", "what?.jpg"),
        ("100%.jpg", "100%.jpg"),
        ("%E6%97%A5.jpg", "\u65e5.jpg"),
    ],
)
def test_addresses_are_decoded(name: str, expected: str) -> None:
    assert decoded(names("plain.jpg", name)).to_pylist() == ["plain.jpg", expected]


def test_case_is_lowered_beyond_ascii() -> None:
    assert lowered(names("\u00c4.JPG")).to_pylist() == ["\u00e4.jpg"]


@pytest.mark.parametrize("name", ["a_jpg.rf.0123456789abcdef0123456789abcdef.jpg", "a_jpg.rf.Zx81kQp0Lm2Nv9Rt4YwB.txt"])
def test_what_roboflow_appends_is_taken_off(name: str) -> None:
    assert without_version(names(name, f"train/images/{name}")).to_pylist() == ["a.jpg", "train/images/a.jpg"]
    assert without_version(names("a_jpg.rf.jpg", "a.rf.1.jpg")).to_pylist() == ["a_jpg.rf.jpg", "a.rf.1.jpg"]
