import numpy as np
import pytest

from al_core.formats.join.path_table import path_table


@pytest.mark.parametrize(
    ("path", "without_lead"),
    [("./day/a.png", "day/a.png"), ("/day/a.png", "day/a.png"), (".//day/a.png", "day/a.png"), (".a", ".a")],
)
def test_what_leads_a_path_is_dropped(path: str, without_lead: str) -> None:
    table = path_table([path])
    assert table.ends(np.array([0]), int(table.n_parts[0])).to_pylist() == [without_lead]


def test_backslashes_are_slashes() -> None:
    table = path_table(["C:\\day\\a.png"])
    assert table.n_parts.tolist() == [3]
    assert table.ends(np.array([0]), 2).to_pylist() == ["day/a.png"]


@pytest.mark.parametrize(
    ("path", "stem"),
    [("a.b.png", "a.b"), (".png", ".png"), ("a.b/c", "a.b/c"), ("a", "a"), ("a.b/c.JPG", "a.b/c"), ("v1.5", "v1.5")],
)
def test_only_the_name_loses_its_suffix_and_never_all_of_it(path: str, stem: str) -> None:
    table = path_table([path]).without_suffix()
    assert table.ends(np.array([0]), int(table.n_parts[0])).to_pylist() == [stem]


def test_ends_of_many_paths_are_cut_at_once() -> None:
    table = path_table(["x/y/a", "", "b", "ü/ä"])
    assert table.ends(np.array([0, 2, 3]), 1).to_pylist() == ["a", "b", "ä"]
    assert table.last_bytes.tolist()[0] == ord("a")


def test_no_paths_are_an_empty_table() -> None:
    table = path_table([])
    assert table.last_bytes.tolist() == []
    assert table.without_suffix().stops.tolist() == []
