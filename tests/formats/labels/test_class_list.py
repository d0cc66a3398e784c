import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.labels.class_list import MAX_CLASSES, ClassList
from al_core.formats.labels.labels import MASK_RUN


def test_numbers_become_positions_and_no_class_stays_none() -> None:
    classes = ClassList()
    runs = np.array([(classes.label("owl"), 3), (-1, 2), (classes.label("cat"), 1)], MASK_RUN)
    classes.add(["bird"])
    names = classes.names("l.json")
    assert names == ["bird", "cat", "owl"]
    assert classes.relabeled(runs, names)["label"].tolist() == [2, -1, 1]


def test_too_many_classes_are_another_column() -> None:
    classes = ClassList()
    classes.add(map(str, range(MAX_CLASSES + 1)))
    with pytest.raises(FileFormatError, match=r"l\.csv has 10,001 classes"):
        classes.names("l.csv")
