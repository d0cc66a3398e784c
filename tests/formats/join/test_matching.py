import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.formats.join.matching import match_filenames


@pytest.mark.parametrize(
    ("samples", "name", "row"),
    [
        (["a.png", "b.png"], "b.png", 1),
        (["train/a.png"], "a.png", 0),
        (["a.png"], "/data/images/a.png", 0),
        (["train/a.png"], "images/train/a.png", 0),
        (["train/a.png"], "train\\a.png", 0),
        (["train/a.png"], "./train/a.png", 0),
        (["train/a.png", "val/a.png"], "val/a.jpg", 1),
        (["a.rf.1.png"], "labels/a.rf.1.txt", 0),
        (["a.png"], "a", 0),
        (["train/a.png"], "val/a.png", -1),
        (["train/a.png", "val/a.png"], "a.png", -1),
        (["a.png", "a.jpg"], "a", -1),
        (["ba.png"], "a.png", -1),
        ([".png"], "x.png", -1),
        (["a.png"], "", -1),
        (["a.png"], "/", -1),
    ],
)
def test_a_name_matches_one_sample_or_none(samples: list[str], name: str, row: int | None) -> None:
    assert match_filenames(samples, [name])[0].tolist() == [row]


def test_a_whole_name_wins_over_an_end_of_another() -> None:
    rows, counts = match_filenames(["x/a.png", "a.png"], ["a.png", "y/x/a.png"])
    assert rows.tolist() == [1, 0]
    assert counts == {"name": 1, "relative path": 1, "stem": 0}


def test_many_samples_of_one_basename_take_no_quadratic_time() -> None:
    samples = [f"{i}/frame.png" for i in range(50_000)]
    rows, _ = match_filenames(samples, [f"run/{name}" for name in reversed(samples)])
    assert rows.tolist() == list(range(49_999, -1, -1))


def test_a_very_deep_path_is_matched_by_its_last_folders() -> None:
    assert match_filenames(["/".join("abcd" * 500) + "/x.png"], ["c/d/x.png"])[0].tolist() == [0]


PATHS = st.lists(st.sampled_from(["a", "ü", ".", "/", "/", "\\", "./", "x.png", "x.txt"]), min_size=1, max_size=6).map(
    "".join
)


def plain(path: str, *, stem: bool) -> list[str]:
    """The parts of a path, as the rules say and no faster."""
    *folders, base = path.replace("\\", "/").removeprefix("./").lstrip("/").split("/")
    name, dot, _ = base.rpartition(".")
    return [*folders, name if stem and dot and name else base]


def matched_slowly(samples: list[str], name: str) -> int:
    if name in samples:
        return samples.index(name)
    for stem in (False, True):
        wanted, known = plain(name, stem=stem), [plain(sample, stem=stem) for sample in samples]
        longer = [row for row, parts in enumerate(known) if parts[-len(wanted) :] == wanted]
        shorter = [row for row, parts in enumerate(known) if wanted[-len(parts) :] == parts]
        longest = max((len(known[row]) for row in shorter), default=0)
        found = longer or [row for row in shorter if len(known[row]) == longest]
        if len(found) == 1:
            return found[0]
    return -1


@given(st.lists(PATHS, min_size=1, max_size=6, unique=True), st.lists(PATHS, min_size=1, max_size=6))
def test_many_names_are_matched_as_one_by_one(samples: list[str], names: list[str]) -> None:
    assert match_filenames(samples, names)[0].tolist() == [matched_slowly(samples, name) for name in names]
