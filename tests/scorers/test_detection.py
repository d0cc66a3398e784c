from typing import Any

import numpy as np
import pytest

from al_core.exceptions import ALCoreError, InvalidInputError
from al_core.scorers import ScorerClassification, ScorerObjectDetection
from al_core.utils import BoundingBox, ObjectDetectionBatch, ObjectDetectionOutput

BOX = BoundingBox(0.1, 0.2, 0.3, 0.4)
NAMES = [
    "object_frequency",
    "objectness_least_confidence",
    "classification_uncertainty_least_confidence",
    "classification_uncertainty_margin",
    "classification_uncertainty_entropy",
    "class_aware_entropy_sum",
    "class_aware_entropy_mean",
    "class_aware_entropy_per_cost",
]


@pytest.fixture
def outputs() -> list[ObjectDetectionOutput]:
    return [
        ObjectDetectionOutput([BOX, BOX], [0.57573, 0.988], [[0.7, 0.2, 0.1], [0.4, 0.5, 0.1]]),
        ObjectDetectionOutput([BOX], [0.1024], [[0.5, 0.41, 0.09]]),
        ObjectDetectionOutput([], [], []),
    ]


def labeled(*labels: int) -> ObjectDetectionOutput:
    return ObjectDetectionOutput.from_scores([BOX] * len(labels), [0.5] * len(labels), labels)


def test_scores_follow_their_definition_exactly(outputs: list[ObjectDetectionOutput]) -> None:
    scores = ScorerObjectDetection(outputs).calculate_scores()
    assert list(scores) == ScorerObjectDetection.score_names() == NAMES
    assert scores["object_frequency"].tolist() == [1.0, 0.95, 0.9]
    assert scores["objectness_least_confidence"].tolist() == [0.5514945, 0.9488, 0.0]
    assert scores[NAMES[2]].tolist() == [(1 - 0.5) / (1 - 1 / 3), (1 - 0.5) / (1 - 1 / 3), 0]
    assert scores[NAMES[3]].tolist() == [1 - (0.5 - 0.4), 1 - (0.5 - 0.41), 0]


def test_uncertainties_are_the_highest_of_the_boxes(outputs: list[ObjectDetectionOutput]) -> None:
    scores = ScorerObjectDetection(outputs).calculate_scores()
    for name in ScorerClassification.score_names():
        per_box = [
            ScorerClassification(image.class_probabilities).calculate_scores()[name]
            for image in outputs
            if len(image.labels)
        ]
        assert scores[f"classification_{name}"].tolist() == [per_box[0].max(), per_box[1].max(), 0]


def test_short_names_find_the_uncertainties_but_are_not_listed(outputs: list[ObjectDetectionOutput]) -> None:
    scores = ScorerObjectDetection(outputs).calculate_scores()
    for name in ScorerClassification.score_names():
        assert name in scores
        assert scores[name] is scores[f"classification_{name}"] is scores.get(name)
    assert len(scores) == len(list(scores)) == len(scores.items()) == len(NAMES)


def test_unknown_names_are_not_found(outputs: list[ObjectDetectionOutput]) -> None:
    scores = ScorerObjectDetection(outputs).calculate_scores()
    assert "object_size" not in scores
    assert scores.get("object_size") is None
    assert scores.get("object_size", 3) == 3
    with pytest.raises(KeyError, match="object_size"):
        scores["object_size"]


def test_further_objects_of_a_class_count_less() -> None:
    outputs = [labeled(0), labeled(0, 0, 0), labeled(0, 1, 2), labeled(0, 1, 1)]
    scores = ScorerObjectDetection(outputs, config={"min_score": 0.0}).calculate_scores()
    assert scores["object_frequency"].tolist() == [0.0, 0.25, 1.0, 0.625]
    scores = ScorerObjectDetection(outputs, config={"min_score": 0.0, "frequency_penalty": 1}).calculate_scores()
    assert scores["object_frequency"].tolist() == [0.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("images", [[labeled(0), labeled(1)], [labeled(), labeled()]])
def test_equal_frequencies_all_score_one(images: list[ObjectDetectionOutput]) -> None:
    assert ScorerObjectDetection(images).calculate_scores()["object_frequency"].tolist() == [1.0, 1.0]


def test_images_may_differ_in_their_number_of_classes(outputs: list[ObjectDetectionOutput]) -> None:
    mixed = [outputs[0], labeled(3), outputs[1], labeled(0), outputs[2]]
    scores = ScorerObjectDetection(mixed).calculate_scores()["uncertainty_margin"]
    alone = [ScorerObjectDetection([output]).calculate_scores()["uncertainty_margin"][0] for output in mixed]
    assert scores.tolist() == alone


def test_a_batch_of_arrays_scores_like_its_images_one_by_one() -> None:
    rng = np.random.default_rng(0)
    n_boxes = rng.integers(0, 6, 50)
    total = n_boxes.sum()
    objects = ObjectDetectionOutput(
        np.tile([0.1, 0.2, 0.3, 0.4], (total, 1)), rng.random(total), rng.dirichlet(np.ones(7), total)
    )
    batch = ObjectDetectionBatch(objects, n_boxes)
    expected = ScorerObjectDetection(list(batch)).calculate_scores()
    for name, values in ScorerObjectDetection(batch).calculate_scores().items():
        assert values.tolist() == expected[name].tolist()


def test_a_batch_without_boxes_scores_like_empty_images() -> None:
    batch = ObjectDetectionBatch(ObjectDetectionOutput([], [], []), [0, 0])
    assert [values.tolist() for values in ScorerObjectDetection(batch).calculate_scores().values()] == [
        [1, 1],
        *[[0, 0]] * 7,
    ]


def test_a_probability_that_is_not_a_number_scores_zero() -> None:
    image = ObjectDetectionOutput([BOX], [np.nan], [[0.5, 0.5]])
    scores = ScorerObjectDetection([image, labeled(1)]).calculate_scores()
    assert scores["objectness_least_confidence"].tolist() == [0.0, 0.5]


@pytest.mark.parametrize("config", [None, {}, {"frequency_penalty": 0.5}, {"min_score": np.float32(0.5)}])
def test_missing_config_keeps_its_default_and_the_dictionary_is_not_changed(
    outputs: list[ObjectDetectionOutput], config: Any
) -> None:
    before = None if config is None else dict(config)
    scorer = ScorerObjectDetection(outputs, config=config)
    assert scorer.config == {"frequency_penalty": 0.25, "min_score": 0.9} | (before or {})
    assert config == before


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"penalty": 0.5}, KeyError, "unknown scorer config 'penalty'; use frequency_penalty or min_score"),
        ({"min_score": "high"}, ValueError, "min_score is a number from 0 to 1, not 'high'"),
        ({"min_score": 1.5}, ValueError, "min_score is a number from 0 to 1, not 1.5"),
        ({"frequency_penalty": -0.1}, ValueError, "frequency_penalty is a number from 0 to 1, not -0.1"),
        ({"min_score": float("nan")}, ValueError, "min_score is a number from 0 to 1, not nan"),
    ],
)
def test_wrong_config_is_explained(
    outputs: list[ObjectDetectionOutput], config: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        ScorerObjectDetection(outputs, config=config)
    assert isinstance(caught.value, ALCoreError)


def doubtful(*scores: float) -> ObjectDetectionOutput:
    return ObjectDetectionOutput.from_scores([BOX] * len(scores), scores, [1] * len(scores))


def test_sixty_boxes_of_no_confidence_make_every_image_uncertain_unless_they_are_left_out() -> None:
    images = [doubtful(0.9, *[0.4] * 60), doubtful(0.75, *[0.4] * 60)]
    without_threshold = ScorerObjectDetection(images).calculate_scores()["uncertainty_margin"]
    assert without_threshold.tolist() == [0.8, 0.8]
    margins = ScorerObjectDetection(images, confidence_threshold=0.5).calculate_scores()["uncertainty_margin"]
    # 1 - (0.9 - 0.1) and 1 - (0.75 - 0.25).
    np.testing.assert_allclose(margins, [0.2, 0.5], atol=1e-7)


@pytest.mark.parametrize("as_batch", [True, False])
def test_an_image_that_loses_all_its_boxes_takes_the_median_of_those_that_keep_some(as_batch: bool) -> None:
    outputs = [doubtful(0.9), doubtful(0.8, 0.01), doubtful(0.6), doubtful(0.01, 0.02), doubtful()]
    objects = doubtful(0.9, 0.8, 0.01, 0.6, 0.01, 0.02)
    images = ObjectDetectionBatch(objects, [1, 2, 1, 2, 0]) if as_batch else outputs
    scores = ScorerObjectDetection(images, confidence_threshold=0.05).calculate_scores()
    np.testing.assert_allclose(scores["objectness_least_confidence"], [0.1, 0.2, 0.4, 0.2, 0], atol=1e-7)
    np.testing.assert_allclose(scores["uncertainty_margin"], [0.2, 0.4, 0.8, 0.4, 0], atol=1e-7)
    # How many objects there are is counted, not doubted.
    assert scores["object_frequency"].tolist() == [1, 1, 1, 0.9, 0.9]


def test_a_box_exactly_at_the_threshold_counts_in_32_bits_too() -> None:
    at_threshold = ObjectDetectionOutput.from_scores([BOX], np.array([0.7], np.float32), [1])
    scores = ScorerObjectDetection([at_threshold, doubtful(0.9)], confidence_threshold=0.7).calculate_scores()
    assert scores["objectness_least_confidence"][0] == pytest.approx(0.3)


def test_a_threshold_that_no_box_reaches_is_refused() -> None:
    with pytest.raises(ALCoreError, match=r"no box is as confident as confidence_threshold, 0\.5: choose a lower one"):
        ScorerObjectDetection([doubtful(0.1), doubtful()], confidence_threshold=0.5).calculate_scores()
    with pytest.raises(ALCoreError, match="confidence_threshold is a number from 0 to 1, not 50"):
        ScorerObjectDetection([doubtful(0.1)], confidence_threshold=50)


def test_images_without_boxes_need_no_box_above_a_threshold() -> None:
    scores = ScorerObjectDetection([doubtful(), doubtful()], confidence_threshold=0.5).calculate_scores()
    assert scores["objectness_least_confidence"].tolist() == [0, 0]


def test_boxes_of_rarely_predicted_classes_count_more() -> None:
    # Entropies 1, 1, 1, 1 of class 0, and -(1/4 log2 1/4 + 3/4 log2 3/4) = 0.8113 of class 1.
    common = ObjectDetectionOutput([BOX] * 4, [0.5] * 4, [[0.5, 0.5]] * 4)
    rare = ObjectDetectionOutput([BOX], [1.0], [[0.25, 0.75]])
    halves = {NAMES[5]: 2.0, NAMES[6]: 0.5, NAMES[7]: 1.0}
    scores = ScorerObjectDetection([common, rare, labeled()], half_points=halves).calculate_scores()
    # Sum 4 · 1/√4 = 2 and 0.8113 · 1/√1; means 2/4 and 0.8113; costs 1 + 4 · 0.25 = 2 and 1 + 0.75.
    np.testing.assert_allclose(scores[NAMES[5]], [2 / 4, 0.8113 / 2.8113, 0], atol=1e-4)
    np.testing.assert_allclose(scores[NAMES[6]], [0.5 / 1, 0.8113 / 1.3113, 0], atol=1e-4)
    np.testing.assert_allclose(scores[NAMES[7]], [1 / 2, 0.4636 / 1.4636, 0], atol=1e-4)


def test_unbounded_scores_are_one_half_at_their_median_which_can_be_asked_for() -> None:
    images = [ObjectDetectionOutput([BOX] * k, [1.0] * k, [[0.5, 0.5]] * k) for k in (1, 2, 6, 0)]
    scorer = ScorerObjectDetection(images)
    # Each of the nine boxes counts 1/3, so that the sums are 1/3, 2/3, 2 and 0.
    np.testing.assert_allclose(scorer.calculate_scores()["class_aware_entropy_sum"], [1 / 3, 1 / 2, 3 / 4, 0])
    assert scorer.half_points["class_aware_entropy_sum"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("wrong", [[{"boxes": []}], np.ones((2, 4))], ids=["dictionaries", "array"])
def test_what_a_detector_returns_is_not_scored_unread(wrong: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"one ObjectDetectionOutput per image, and image 0 is (dict|ndarray)"):
        ScorerObjectDetection(wrong)
