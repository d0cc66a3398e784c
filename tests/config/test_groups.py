import pytest

from al_core.config import GROUPINGS, Column, Folder, Grouping, Pattern
from al_core.config.groups import read_grouping
from al_core.exceptions import InvalidInputError

EXAMPLES: tuple[Grouping, ...] = (Column("camera"), Folder(), Folder(3), Pattern("patient_{}_*.png"))


def test_groupings_survive_json_and_have_keys_of_their_own() -> None:
    assert {type(grouping) for grouping in EXAMPLES} == set(GROUPINGS.values())
    assert [read_grouping(grouping.to_json()) for grouping in EXAMPLES] == list(EXAMPLES)
    assert len({grouping.key for grouping in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("pattern", ["patient", "{}{}", "*{}.png", "{}*", ""])
def test_a_pattern_says_once_where_the_group_begins_and_ends(pattern: str) -> None:
    with pytest.raises(InvalidInputError, match=r"\{\}"):
        Pattern(pattern)


@pytest.mark.parametrize("depth", [0, -1, 1.5, True])
def test_a_depth_is_a_whole_number_from_1(depth: int) -> None:
    with pytest.raises(InvalidInputError, match="whole number from 1"):
        Folder(depth)
