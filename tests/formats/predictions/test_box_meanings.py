from collections.abc import Mapping

import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions.box_meanings import chosen_meanings
from al_core.formats.tables.meaning import Meaning

NAMES = ["image", "label", "score", "x1", "y1", "x2", "y2"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"fold": "ignored"}, "has no column 'fold'"),
        ({"x1": "coordinate"}, "call the coordinates xmin, ymin, xmax, ymax"),
        ({"label": "ranked"}, "cannot be 'ranked'; use one of filename, object-class, object-score, ignored"),
        ({"label": "nonsense"}, "cannot be 'nonsense'"),
    ],
)
def test_a_meaning_that_a_column_of_boxes_cannot_have_is_refused(columns: Mapping[str, str], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        chosen_meanings("p.csv", NAMES, columns)


def test_the_words_for_tables_of_images_are_understood() -> None:
    chosen = chosen_meanings("p.csv", NAMES, {"label": "predicted", "score": "confidence", "x1": "metadata"})
    assert chosen == {"label": Meaning.OBJECT_CLASS, "score": Meaning.OBJECT_SCORE, "x1": Meaning.IGNORED}
