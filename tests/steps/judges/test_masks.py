import numpy as np

from al_core.steps.judges.masks import background_of
from al_core.store import Workspace
from tests.steps.judges import objects_project as project


def test_masks_are_judged_by_the_mean_overlap_of_classes(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, "semantic-segmentation")
    # The left half is labeled cat, the right half dog; the model calls three quarters cat.
    codes = np.repeat([0, 0, 0, 1], 2)
    probability_map = np.eye(2, dtype=np.float32)[np.tile(codes, (8, 1))] * 0.8 + 0.1
    model = project.model(dataset, "semantic-segmentation", [probability_map] * project.N_SAMPLES)
    judgment = project.judge_of(dataset, "semantic-segmentation").judge(dataset, model)
    cat, dog = (judged.figures[0] for judged in judgment.classes)
    assert cat.speaks
    assert dog.speaks
    # 2 of 3 quarters that are cat in either, 1 of 2 that are dog.
    assert (round(cat.value, 6), dog.value) == (round(2 / 3, 6), 0.5)
    assert judgment.accuracy.speaks
    assert round(judgment.accuracy.value, 6) == round(7 / 12, 6)


def test_what_outlines_leave_out_is_the_models_background() -> None:
    assert background_of(["cat"], ["cat", "dog"]) == -1
    assert background_of(["cat"], ["cat", "Background"]) == 1
