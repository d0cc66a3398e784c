import numpy as np

from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, Labels
from al_core.formats.labels.sample_label import LabeledBox, SampleLabel, sample_labels


def test_each_annotation_becomes_a_record() -> None:
    labels = Labels(
        ["a.png", "b.png"],
        ["cat", "dog"],
        "object-detection",
        ["", ""],
        np.zeros(2),
        np.ones((2, 2), np.float32),
        np.array([(1, 0), (1, 1)], LABEL_CLASS),
        np.array([(0, 0, 1, 0, 0, 0.5, 1)], LABEL_BOX),
    )
    first, later = sample_labels(labels, np.array([1, 2]), np.array([False, True]))
    assert first == SampleLabel("a.png", (), (LabeledBox("dog", 0, 0, 0.5, 1),))
    assert later == SampleLabel("b.png", ("cat", "dog"), (), 2, True)
