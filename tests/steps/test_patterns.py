import pytest

from al_core.steps.patterns import texts_at


@pytest.mark.parametrize(
    ("pattern", "name", "text"),
    [
        ("{}.png", "a.png", "a"),
        ("{}.png", "cats/a.b.png", "a.b"),
        ("{}_*", "a_b_c.png", "a"),
        ("x*_{}_?.png", "xyz_q_w_7_3.png", "q_w_7"),
        ("frame_{}.jpg", "video/frame_0012.jpg", "0012"),
        ("*/{}/*", "a/b/c/d.png", "b"),
        ("{}", "a.png", "a.png"),
        ("cam?_{}_*", "cam3_front_1.png", "front"),
        ("{}_x", "_x", ""),
        ("a_{}", "a_", ""),
        ("{}.png", "a.jpg", ""),
        ("longer than the name {}", "a", ""),
    ],
)
def test_the_text_at_the_braces(pattern: str, name: str, text: str) -> None:
    assert texts_at(pattern, [name]) == [text]


def test_a_pattern_of_many_wildcards_takes_no_longer() -> None:
    # As a regular expression this takes years.
    pattern = "a*" * 30 + "_{}_b"
    assert texts_at(pattern, ["a" * 5000]) == [""]
