import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.formats.join.matching import match_filenames
from al_core.formats.join.path_table import SUFFIXES


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
        (["scan_1.jpg"], "scan_1.5", -1),
        (["scan_1.5.jpg"], "scan_1", -1),
        (["scan_1.jpg", "scan_1.5.jpg"], "scan_1.5", 1),
        (["scan_1.jpg", "scan_1.5.jpg"], "runs/scan_1.5.txt", 1),
        (["cat_jpg.rf.8f3a9b21c0de.jpg", "cat_jpg.rf.1b.jpg"], "cat_jpg.rf.8f3a9b21c0de", 0),
        (["a.jpg"], "a.jpg.txt", 0),
        (["scan_1.5"], "scan_1.5.npy", 0),
        (["C:/data/a.JPEG"], "a.jpg", 0),
        (["a.png"], "s3://bucket/x/a.png", 0),
    ],
)
def test_a_name_matches_one_sample_or_none(samples: list[str], name: str, row: int | None) -> None:
    assert match_filenames(samples, [name]).rows.tolist() == [row]


def test_a_whole_name_wins_over_an_end_of_another() -> None:
    matches = match_filenames(["x/a.png", "a.png"], ["a.png", "y/x/a.png"])
    assert matches.rows.tolist() == [1, 0]
    assert matches.counts == {"name": 1, "relative path": 1, "stem": 0}


def test_many_samples_of_one_basename_take_no_quadratic_time() -> None:
    samples = [f"{i}/frame.png" for i in range(50_000)]
    matches = match_filenames(samples, [f"run/{name}" for name in reversed(samples)])
    assert matches.rows.tolist() == list(range(49_999, -1, -1))


def test_a_very_deep_path_is_matched_by_its_last_folders() -> None:
    assert match_filenames(["/".join("abcd" * 500) + "/x.png"], ["c/d/x.png"]).rows.tolist() == [0]


PATHS = st.lists(st.sampled_from(["a", "ü", ".", "/", "/", "\\", "./", "x.png", "x.txt"]), min_size=1, max_size=6).map(
    "".join
)


def plain(path: str, *, stem: bool) -> list[str]:
    """The parts of a path, as the rules say and no faster."""
    *folders, base = path.replace("\\", "/").removeprefix("./").lstrip("/").split("/")
    name, dot, suffix = base.rpartition(".")
    return [*folders, name if stem and dot and name and f".{suffix}" in SUFFIXES else base]


def matched_slowly(samples: list[str], name: str) -> int:
    if name in samples:
        return samples.index(name)
    for is_stem, is_sample_stem in ((False, False), (True, True), (True, False)):
        wanted = plain(name, stem=is_stem)
        known = [plain(sample, stem=is_sample_stem) for sample in samples]
        longer = [row for row, parts in enumerate(known) if parts[-len(wanted) :] == wanted]
        shorter = [row for row, parts in enumerate(known) if wanted[-len(parts) :] == parts]
        longest = max((len(known[row]) for row in shorter), default=0)
        found = longer or [row for row in shorter if len(known[row]) == longest]
        if found:
            return found[0] if len(found) == 1 else -1
    return -1


@given(st.lists(PATHS, min_size=1, max_size=6, unique=True), st.lists(PATHS, min_size=1, max_size=6))
def test_many_names_are_matched_as_one_by_one(samples: list[str], names: list[str]) -> None:
    assert match_filenames(samples, names).rows.tolist() == [matched_slowly(samples, name) for name in names]


@pytest.mark.parametrize(
    ("sample", "name", "spelling"),
    [
        ("d\u00eda.jpg", "di\u0301a.jpg", "Unicode form"),
        ("di\u0301a.jpg", "D\u00cda", "letter case"),
        ("img 1.jpg", "https://host/x/img%201.jpg?signature=a/b.c&x=1", "address"),
        ("a.jpg", "https://host/a.jpg#top", "address"),
        ("img_1.jpg", "IMG_1.JPG", "letter case"),
        ("x/img_1.jpg", "IMG_1.txt", "letter case"),
    ],
)
def test_other_spellings_are_tried_last_and_counted_by_themselves(sample: str, name: str, spelling: str) -> None:
    matches = match_filenames(["other.jpg", sample], [name, "other.jpg"])
    assert matches.rows.tolist() == [1, 0]
    assert matches.counts == {"name": 1, "relative path": 0, "stem": 0, spelling: 1}


def test_a_sample_spelled_exactly_so_wins_over_one_in_another_case() -> None:
    matches = match_filenames(["Ab.jpg", "aB.jpg", "ab.jpg"], ["ab.jpg", "AB.jpg"])
    assert matches.rows.tolist() == [2, -1]
    assert matches.ambiguous.tolist() == [1]


def test_a_name_that_fits_two_samples_is_ambiguous_and_not_looked_for_any_further() -> None:
    matches = match_filenames(["train/1.jpg", "val/1.jpg", "2.jpg"], ["1.jpg", "1", "3.jpg"])
    assert matches.rows.tolist() == [-1, -1, -1]
    assert matches.ambiguous.tolist() == [0, 1]


def test_label_studios_digits_are_left_out_last_and_of_names_alone() -> None:
    samples = ["1.jpg", "day/2.jpg", "night/2.jpg", "20240101-3.jpg"]
    matches = match_filenames(samples, ["a1b2c3d4-1.jpg", "0123abcd__2.jpg", "20240102-3.jpg", "20240101-3.jpg"])
    assert matches.rows.tolist() == [0, -1, -1, 3]
    assert matches.ambiguous.tolist() == [1]
    assert matches.counts["name behind Label Studio's digits"] == 1


def test_names_that_roboflow_has_lengthened_meet_the_images_that_were_uploaded() -> None:
    ending = f"_jpg.rf.{'0123456789abcdef' * 2}"
    samples = ["1.jpg", "day/2.jpg", f"3{ending}.jpg"]
    matches = match_filenames(samples, [f"train/1{ending}.txt", f"2{ending}.jpg", f"3{ending}.jpg", f"4{ending}.jpg"])
    assert matches.rows.tolist() == [0, 1, 2, -1]
    assert matches.counts["name before Roboflow's ending"] == 2


def test_numbers_of_another_file_meet_no_stem() -> None:
    samples = ["1.jpg", "2"]
    assert match_filenames(samples, ["1", "2"]).rows.tolist() == [0, 1]
    assert match_filenames(samples, ["1", "2"], only_whole=True).rows.tolist() == [-1, 1]


def test_a_dataset_that_is_empty_matches_nothing() -> None:
    assert match_filenames([], ["a"]).rows.tolist() == [-1]
    assert match_filenames(["a"], []).rows.tolist() == []
