import numpy as np

from al_core.formats.tables.one_of_two import are_of_one_class


def test_two_names_divided_by_a_threshold_need_ten_rows() -> None:
    numbers = np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.25, 0.75, 0.15, 0.85])
    classes = ["ok", "defect"] * 5
    assert are_of_one_class(numbers, classes, are_true=False)
    assert not are_of_one_class(numbers[:9], classes[:9], are_true=False)


def test_three_classes_or_missing_numbers_are_no_evidence() -> None:
    assert not are_of_one_class(np.array([0.1, 0.9, 0.4]), ["0", "1", "2"], are_true=True)
    assert not are_of_one_class(np.array([0.1, np.nan, 0.4]), ["0", "1", "0"], are_true=True)
    assert not are_of_one_class(np.array([0.1, 0.9]), ["0"], are_true=True)
