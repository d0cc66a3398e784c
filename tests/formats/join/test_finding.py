import pytest

from al_core.formats.join.finding import Finding, note

CLIPPED = Finding("boxes-clipped", "image has large boxes", "images have large boxes", "they are clipped")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a"], "1 image has large boxes ('a'): they are clipped."),
        (["a", "b"], "2 images have large boxes ('a', 'b'): they are clipped."),
        (["a"] * 1200, "1,200 images have large boxes (" + "'a', " * 10 + "…): they are clipped."),
    ],
)
def test_noun_and_verb_agree_with_the_number_and_ten_names_are_shown(names: list[str], sentence: str) -> None:
    assert CLIPPED.of(names).sentence() == sentence


def test_a_long_name_is_cut() -> None:
    assert f"('{'x' * 80}')" in CLIPPED.of(["x" * 200]).sentence()


def test_a_note_is_one_sentence_without_a_number() -> None:
    assert note("layout", "Maps are read as H × W × C").sentence() == "Maps are read as H × W × C."
    assert note("layout", "Maps are read", "all of them").sentence() == "Maps are read: all of them."


def test_the_json_of_a_finding_has_all_names() -> None:
    assert CLIPPED.of(["a", "b"]).to_json() == {
        "what": "boxes-clipped",
        "severity": "problem",
        "count": 2,
        "names": ["a", "b"],
        "outcome": "they are clipped",
        "sentence": "2 images have large boxes ('a', 'b'): they are clipped.",
    }
