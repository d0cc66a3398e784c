import numpy as np

from al_core import workflow
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import NO_MODEL
from al_core.store import Workspace
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput
from tests.steps.judges import objects_project as project


def boxes(*names: str) -> ObjectDetectionOutput:
    corners = np.array([project.CORNERS[name] for name in names]).reshape(-1, 4)
    probabilities = np.eye(2)[[project.CLASSES.index(name) for name in names]]
    return ObjectDetectionOutput(corners, np.full(len(names), 0.9), probabilities)


def points(shift: float) -> KeypointPrediction:
    objects = [
        KeypointInstancePrediction(
            [value for x, y in project.POINTS[name] for value in (100 * x + shift, 50 * y, 0.9)], number, 0.9
        )
        for number, name in enumerate(project.CLASSES)
    ]
    return KeypointPrediction(objects)


def test_boxes_are_judged_by_average_precision_for_each_class(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, "object-detection")
    # Finds every cat, and the dogs of no image.
    model = project.model(dataset, "object-detection", [boxes("cat")] * project.N_SAMPLES)
    judgment = project.judge_of(dataset, "object-detection").judge(dataset, model)
    assert judgment.accuracy.speaks
    assert (judgment.accuracy.value, judgment.accuracy.n) == (0.5, 40)
    assert [(judged.name, judged.n_labels) for judged in judgment.classes] == [("cat", 40), ("dog", 40)]
    cat, dog = (judged.figures[0] for judged in judgment.classes)
    assert cat.speaks
    assert dog.speaks
    assert (cat.value, dog.value) == (1, 0)
    assert judgment.outcomes is None
    report = workflow.report_rounds(dataset, RoundPlan(0.4))
    assert (report.measure, report.class_measures) == ("mAP", ("average precision",))
    assert report.results[0].accuracy == judgment.accuracy
    assert report.forecast.gain.text() == (
        "a forecast is made from answers that are right or wrong, and mAP is not a mean of such"
    )


def test_a_class_that_only_the_model_knows_is_shown_without_a_figure(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, "object-detection")
    corners = np.array([project.CORNERS["cat"]])
    output = ObjectDetectionOutput(corners, np.array([0.9]), np.array([[0.0, 1.0]]))
    model = project.model(dataset, "object-detection", [output] * project.N_SAMPLES, ["cat", "fox"])
    judgment = project.judge_of(dataset, "object-detection").judge(dataset, model)
    assert [judged.name for judged in judgment.classes] == ["cat", "dog", "fox"]
    assert judgment.classes[2].figures[0].text() == "0 labeled objects; a class needs 10"


def test_keypoints_are_judged_in_pixels(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, "keypoint-detection")
    exact = project.model(dataset, "keypoint-detection", [points(0)] * project.N_SAMPLES, project.CLASSES)
    judge = project.judge_of(dataset, "keypoint-detection")
    judgment = judge.judge(dataset, exact)
    assert judgment.accuracy.speaks
    assert judgment.accuracy.value == 1
    # A box of 30 x 30 pixels and a deviation of 0.107: 4 pixels off are exp(-16 / (2 · 900 · 0.0458)) = 0.82 alike,
    # which passes the thresholds 0.50 to 0.80.
    predicted = project.model(dataset, "keypoint-detection", [points(4)] * project.N_SAMPLES, project.CLASSES)
    shifted = judge.judge(dataset, next(model for model in dataset.models.all() if model.id != exact.id) or predicted)
    assert shifted.accuracy.speaks
    assert round(shifted.accuracy.value, 3) == 0.7


def test_without_labels_or_enough_images_there_is_no_figure(workspace: Workspace) -> None:
    dataset = project.begin(workspace, n_tests=20)
    model = project.model(dataset, "object-detection", [boxes("cat", "dog")] * project.N_SAMPLES)
    judge = project.judge_of(dataset, "object-detection")
    assert judge.judge(dataset, model).accuracy.text() == "no test labels yet"
    project.label(dataset, "object-detection")
    judge = project.judge_of(dataset, "object-detection")
    assert judge.judge(dataset, model).accuracy.text() == "20 test images; 30 are needed"


def test_the_report_says_how_many_test_images_a_first_figure_still_takes(workspace: Workspace) -> None:
    dataset = project.begin(workspace, n_tests=20)
    project.label(dataset, "object-detection")
    project.model(dataset, "object-detection", [boxes("cat", "dog")] * project.N_SAMPLES)
    report = workflow.report_rounds(dataset, RoundPlan(0.4))
    # A tenth of 400 images is reserved, and half of it is labeled.
    assert report.reach_text() == "mAP is shown after 10 more test labels; the reserve has 20 left."
    assert report.n_tests_to_choose == 10
    workflow.select_tests(dataset, 4, "test batch")
    waiting = workflow.report_rounds(dataset, RoundPlan(0.4))
    assert (waiting.n_tests_out, waiting.n_tests_to_choose) == (4, 6)
    # The batch has no model yet: what is said is about the one before.
    assert waiting.newest_accuracy.text() == "20 test images; 30 are needed"
    assert waiting.reach_text() == (
        "mAP is shown after 10 more test labels (4 of them in rounds that are not back); the reserve has 20 left."
    )


def test_the_model_that_the_first_round_was_chosen_from_tells_what_will_be_measured(workspace: Workspace) -> None:
    dataset = project.new_dataset(workspace)
    project.model(dataset, "object-detection", [boxes("cat")] * project.N_SAMPLES)
    project.select(dataset)
    report = workflow.report_rounds(dataset, RoundPlan(0.4))
    assert report.measure == "mAP"
    assert report.results[0].accuracy.text() == NO_MODEL


def test_a_reserve_that_is_too_small_for_a_figure_says_what_enlarges_it(workspace: Workspace) -> None:
    dataset = project.begin(workspace, n_tests=20, n_samples=200)
    project.label(dataset, "object-detection")
    project.model(dataset, "object-detection", [boxes("cat", "dog")] * 200)
    report = workflow.report_rounds(dataset, RoundPlan(0.4))
    assert report.reach_text() == (
        "mAP is shown after 10 more test labels; the reserve has 0 left, and grows by a tenth of all images that are "
        "added later."
    )
    assert report.n_tests_to_choose == 0


def test_a_model_without_predictions_for_test_images_is_not_judged(workspace: Workspace) -> None:
    from al_core.formats import Predictions

    dataset = project.begin(workspace)
    project.label(dataset, "object-detection")
    predictions = Predictions(project.NAMES[:100], project.CLASSES, [boxes("cat")] * 100, "object-detection")
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name="part")
    judge = project.judge_of(dataset, "object-detection")
    judgment = judge.judge(dataset, dataset.models.get("part"))
    n_missing = int((judge.rows >= 100).sum())
    assert judgment.accuracy.text() == f"no prediction for {n_missing} of 40 test images"
