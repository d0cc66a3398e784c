import numpy as np

from al_core.explore.class_colors import class_color
from al_core.formats import Predictions
from al_core.formats.predictions.stored_tables import MASK_SIDE, mask_type
from al_core.steps.tasks import PredictionAttributes
from al_core.steps.tasks.segmentation import Segmentation, StreamedMaps, mask_color

TASK = Segmentation()


def test_a_card_lists_the_share_of_each_class_and_the_colors_of_those_that_are_shaded() -> None:
    masks = np.zeros(1, mask_type(2))
    masks["row"] = 3
    masks["classes"][0, : MASK_SIDE // 4] = 1
    annotations = TASK.annotations("model", masks, PredictionAttributes(class_names=("background", "road")))
    card = TASK.describe(annotations, 3, lambda: None)
    assert card.classes == (("background", 0.75), ("road", 0.25))
    assert (card.has_mask, card.colors) == (True, {"road": class_color(1)})
    assert not TASK.describe(annotations, 2, lambda: None).has_mask


def test_maps_are_read_one_at_a_time_and_leave_a_grid_by_row() -> None:
    cat, dog = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    cat[..., 0] = 1
    dog[..., 1] = 1
    progress: list[tuple[int, int]] = []
    predictions = Predictions(["b", "a"], ["cat", "dog"], [cat, dog], TASK.name)
    streamed = StreamedMaps(predictions, np.array([0, 1]), lambda *step: progress.append(step))
    assert [probability_map is original for probability_map, original in zip(streamed, [cat, dog], strict=True)] == [
        True,
        True,
    ]
    table = streamed.mask_table(np.array([5, 2]))
    assert table["row"].tolist() == [2, 5]
    assert [int(grid[0, 0]) for grid in table["classes"]] == [1, 0]
    assert progress == [(0, 2), (1, 2)]


def test_colors_are_used_again_when_there_are_more_classes() -> None:
    assert mask_color(200, "tree") == class_color(200)
