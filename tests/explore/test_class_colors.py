import re

from al_core.explore.class_colors import CLASS_COLORS, class_color


def test_every_class_of_eighty_has_a_color_of_its_own() -> None:
    colors = [class_color(position) for position in range(80)]
    assert len(set(colors)) == 80
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in colors)


def test_the_first_colors_are_those_that_people_tell_apart() -> None:
    assert [class_color(position) for position in range(len(CLASS_COLORS))] == list(CLASS_COLORS)
