import pytest

from al_core.formats.join.mismatch import likely_cause


@pytest.mark.parametrize(
    ("samples", "names", "cause"),
    [
        (["a.png", "b.png"], ["17", "18"], "numbers are ids or positions"),
        (["a.png"], ["cl3x0", "cl3x1"], "names without an ending are ids of a tool"),
        (["a.png"], ["upload-a.png"], "they have 'upload-' in front"),
        (["img_001.png"], ["img_907.png"], "the names are built alike"),
        (["cat.png"], ["street/left.jpg"], "probably about another dataset"),
    ],
)
def test_the_most_likely_cause_is_named(samples: list[str], names: list[str], cause: str) -> None:
    said = likely_cause(samples, names)
    assert cause in said
    assert repr(samples[0]) in said


def test_long_names_are_cut() -> None:
    assert len(likely_cause(["a.png"], ["x" * 5000 + ".jpg"])) < 300


def test_a_dataset_without_samples_is_called_empty() -> None:
    assert "which is empty" in likely_cause([], ["a.png"])
