import numpy as np
import pytest

from al_core import workflow
from al_core.config import Budget, SelectionConfig
from al_core.formats import Predictions
from al_core.formats.labels.labels import LABEL_BOX, Labels
from al_core.steps.goal_arrays import goal_arrays, resolve
from al_core.steps.resolved import pack, unpack
from al_core.store import Dataset, Workspace
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

N_ROWS = 16
N_PREDICTED = 12
FILENAMES = [f"{row:02}.png" for row in range(N_ROWS)]
OBJECTS = Budget(100, "objects")
EUROS = Budget(100, "money", per_image=1.0, per_object=0.5, currency="EUR")


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    """A shop whose detector saw one box of 0.5 on each of the first 12 images, and has not seen the others."""
    embeddings = np.random.default_rng(0).normal(size=(N_ROWS, 3)).astype(np.float32)
    dataset = workflow.create_dataset(workspace, "shop", FILENAMES, embeddings)
    corners = np.array([[0, 0, 1, 1]] * N_PREDICTED, np.float32)
    boxes = ObjectDetectionOutput.from_scores(
        corners, np.full(N_PREDICTED, 0.5, np.float32), np.zeros(N_PREDICTED, int)
    )
    batch = ObjectDetectionBatch(boxes, np.ones(N_PREDICTED, np.int64))
    predictions = Predictions(list(FILENAMES[:N_PREDICTED]), ["cat"], batch, "object-detection")
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name="detector")
    return dataset


def label(dataset: Dataset, n_boxes: dict[int, int]) -> None:
    """Return labels of so many boxes on each of some images."""
    boxes = [
        (place, instance, 0, 0.1, 0.1, 0.2, 0.2)
        for place, number in enumerate(n_boxes.values())
        for instance in range(number)
    ]
    labels = Labels(
        [FILENAMES[row] for row in n_boxes],
        ["cat"],
        "object-detection",
        [""] * len(n_boxes),
        np.full(len(n_boxes), np.nan),
        np.full((len(n_boxes), 2), np.nan, np.float32),
        boxes=np.array(boxes, LABEL_BOX),
    )
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))


def costs(dataset: Dataset, budget: Budget) -> list[float]:
    """Return what the first and the last image that the detector saw cost."""
    config = SelectionConfig("RANDOM", -1, budget=budget)
    arrays = goal_arrays(dataset, config, None, unpack(pack(resolve(dataset, config))))
    assert arrays.costs is not None
    return [float(budget.price_of(arrays.costs[row])) for row in (0, N_PREDICTED - 1)]


def test_expected_objects_are_multiplied_by_what_labels_have_shown(shop: Dataset) -> None:
    assert costs(shop, EUROS) == [1.25, 1.25]
    # Ten images on which 5 objects were expected have 15: three times as many. 1 + 0.5 * 0.5 * 3.
    label(shop, {row: 1 + row % 2 for row in range(10)})
    assert costs(shop, OBJECTS) == [1.5, 1.5]
    assert costs(shop, EUROS) == [1.75, 1.75]


def test_labels_of_few_images_tell_nothing(shop: Dataset) -> None:
    label(shop, dict.fromkeys(range(9), 3))
    assert costs(shop, OBJECTS) == [0.5, 0.5]


def test_objects_on_images_without_a_prediction_do_not_count(shop: Dataset) -> None:
    label(shop, dict.fromkeys(range(10), 1) | {N_ROWS - 1: 50})
    assert costs(shop, OBJECTS) == [1, 1]


def test_a_selection_is_repeated_with_the_prices_that_it_was_made_with(shop: Dataset) -> None:
    config = SelectionConfig("RANDOM", -1, budget=OBJECTS)
    before = pack(resolve(shop, config))
    label(shop, dict.fromkeys(range(10), 1))
    arrays = goal_arrays(shop, config, None, unpack(before))
    assert arrays.costs is not None
    assert arrays.costs[0] == 0.5
