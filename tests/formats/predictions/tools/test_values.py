import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.values import image_size, label_of


def test_sizes_may_be_texts_and_are_unknown_otherwise() -> None:
    assert image_size({"width": "640", "height": 480}) == (640, 480)
    for size in (None, {"width": 640}, {"width": 0, "height": 480}, {"width": True, "height": [1]}):
        assert np.isnan(image_size(size)).all()


@pytest.mark.parametrize("label", [-1, 1.5, "", None, True, [1]])
def test_a_class_is_a_name_or_a_whole_number(label: object) -> None:
    assert label_of("p.json", 2.0) == 2
    with pytest.raises(FileFormatError, match="a class is a name or a whole number from 0"):
        label_of("p.json", label)
