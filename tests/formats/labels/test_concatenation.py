import numpy as np

from al_core.formats.labels.concatenation import concatenated
from al_core.formats.labels.labels import LABEL_CLASS, LABEL_MASK, MASK_RUN, Labels


def test_files_with_other_classes_become_one_list() -> None:
    first = Labels(
        ["a", "b"],
        ["cat", "dog", "owl"],
        "classification",
        ["", ""],
        np.zeros(2),
        np.ones((2, 2), np.float32),
        np.array([(0, 0), (1, 1)], LABEL_CLASS),
    )
    masks = np.array([(1, 1, 3, 0, 2)], LABEL_MASK)
    runs = np.array([(1, 1), (-1, 2)], MASK_RUN)
    later = Labels(
        ["x", "y"],
        ["owl", "fox"],
        "classification",
        ["a", "b"],
        np.zeros(2),
        np.ones((2, 2), np.float32),
        np.array([(1, 1)], LABEL_CLASS),
        masks=masks,
        runs=runs,
    )
    both = concatenated([first, later, later], "classification")
    assert both.class_names == ["cat", "dog", "owl", "fox"]
    assert both.classes.tolist() == [(0, 0), (1, 1), (3, 3), (5, 3)]
    label_map = both.annotation(5).label_map
    assert label_map is not None
    assert label_map.tolist() == [[3, -1, -1]]
