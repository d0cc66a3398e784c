import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.evaluation import AmountKind, Card, Strip
from al_core.formats import Predictions
from al_core.steps.card import figures_with_price
from al_core.steps.card_amounts import Picks, amounts_of
from al_core.steps.predictions import find_predictions
from al_core.steps.round_plan import RoundPlan
from al_core.store import Dataset, Kind, Workspace
from al_core.utils import ObjectDetectionOutput
from tests.conftest import FILENAMES

PICKS = Picks(np.arange(6), np.array([0, 5]), [np.array([1, 2]), np.array([3, 4])])


def classify(dataset: Dataset) -> None:
    """Cats but for the last one, which is a dog; the model is surest of the first."""
    outputs = np.array([[1.0, 0], [0.9, 0.1], [0.8, 0.2], [0.75, 0.25], [0.75, 0.25], [0.4, 0.6]])
    predictions = Predictions(FILENAMES, ["cat", "dog"], outputs)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions))


def test_classes_and_corrections_come_from_the_predictions(dataset: Dataset) -> None:
    classify(dataset)
    amounts, classes = amounts_of(dataset, find_predictions(dataset), PICKS)
    by_kind = {amount.kind: amount for amount in amounts}
    assert by_kind[AmountKind.CLASSES].strip == Strip(2, (1, 1))
    assert by_kind[AmountKind.CLASSES].total == 2
    corrected = by_kind[AmountKind.CORRECTIONS].strip
    assert corrected.selected == pytest.approx(0.4)
    assert corrected.random == pytest.approx((0.3, 0.5))
    assert classes is not None
    assert (classes.names, classes.random, classes.selected) == (("cat", "dog"), (1, 0), (0.5, 0.5))
    assert classes.pool == pytest.approx((5 / 6, 1 / 6), abs=1e-5)


def test_objects_are_expected_by_their_confidence(dataset: Dataset) -> None:
    box = ObjectDetectionOutput(np.array([[0, 0, 0.5, 0.5]]), [1.0], [[0.8]])
    nothing = ObjectDetectionOutput(np.empty((0, 4)), [], np.empty((0, 1)))
    outputs = [box, nothing, box, nothing, nothing, box]
    predictions = Predictions(FILENAMES, ["cat"], outputs, "object-detection")
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions))
    amounts, _ = amounts_of(dataset, find_predictions(dataset), PICKS)
    by_kind = {amount.kind: amount.strip for amount in amounts}
    assert by_kind[AmountKind.OBJECTS].selected == pytest.approx(1.6)
    assert by_kind[AmountKind.OBJECTS].random == pytest.approx((0.8, 0))
    assert by_kind[AmountKind.CORRECTIONS].selected == pytest.approx(0.4)


def test_images_out_of_the_ordinary_are_counted_as_hardly_readable(workspace: Workspace) -> None:
    names = [f"{row}.png" for row in range(300)]
    dataset = workspace.create_dataset("many", names)
    sharpness = np.arange(300.0)
    brightness = np.full(300, 0.5)
    brightness[[10, 20]] = (0.0, 1.0)
    dataset.arrays.save(Kind.METADATA, {"sharpness": sharpness, "brightness": brightness})
    picks = Picks(np.arange(300), np.array([0, 10, 20, 30]), [np.array([40, 50, 60, 70])])
    [unreadable] = amounts_of(dataset, None, picks)[0]
    assert (unreadable.kind, unreadable.strip) == (AmountKind.UNREADABLE, Strip(3, (0,)))


def test_without_predictions_and_measures_there_are_no_amounts(dataset: Dataset) -> None:
    assert amounts_of(dataset, None, PICKS) == ((), None)


def test_the_card_of_a_selection_keeps_them_and_knows_what_they_cost(dataset: Dataset) -> None:
    classify(dataset)
    selection = workflow.run_selection(dataset, SelectionConfig("CORAL", 2, name="picked", seed=4))
    card = workflow.selection_card(dataset, selection)
    assert [amount.kind for amount in card.amounts] == [AmountKind.CLASSES, AmountKind.CORRECTIONS]
    assert card == workflow.selection_card(dataset, selection)
    assert len(card.sentences()) == 5
    price = figures_with_price(card, RoundPlan(price_per_image=0.5), 2)[-1]
    assert price.sentence == "the labels of the picks cost about € 1.00; RANDOM € 1.00"
    assert figures_with_price(card, RoundPlan(price_per_object=0.5), 2) == card.figures()


def test_a_model_that_came_after_the_selection_says_nothing_on_its_card(dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="picked", seed=4))
    classify(dataset)
    card: Card = workflow.selection_card(dataset, selection)
    assert (card.amounts, card.classes) == ((), None)


def test_a_selection_from_a_region_says_how_many_images_get_no_labels(dataset: Dataset) -> None:
    region = dataset.create_tag("left", np.arange(3))
    selection = workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="picked", seed=4), query_tag=region)
    said = workflow.selection_card(dataset, selection).left_out_text()
    assert said == "chosen from 50.0% of the images: the other 50.0% get no labels by this selection"
