from al_core.formats import Labels
from al_core.formats.predictions.annotations import Annotations
from al_core.steps.judges.judge import JudgedClass, all_classes, shown_classes


def test_classes_of_the_labels_come_first_and_each_once() -> None:
    labels = Labels([], ["dog", "cat"], "object-detection", [], [], [])  # type: ignore[arg-type]
    assert all_classes(labels, Annotations("model", ["cat", "fox"])) == ["dog", "cat", "fox"]


def test_classes_that_are_nowhere_in_the_test_set_are_left_out() -> None:
    classes = [JudgedClass("cat", 3, ()), JudgedClass("dog", 0, ()), JudgedClass("fox", 0, ())]
    assert [judged.name for judged in shown_classes(classes, [0, 2, 0])] == ["cat", "dog"]
