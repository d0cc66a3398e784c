"""Import paths of Lightly's client, with `lightly.active_learning` and `lightly.api` replaced."""

from importlib import import_module

import pytest

PATHS = [
    ("al_core.agents", "ActiveLearningAgent"),
    ("al_core.agents.agent", "ActiveLearningAgent"),
    ("al_core.api", "BitMask"),
    ("al_core.api.bitmask", "BitMask"),
    ("al_core.config", "SamplerConfig"),
    ("al_core.config", "SamplingMethod"),
    ("al_core.config", "SelectionConfig"),
    ("al_core.config.sampler_config", "SamplerConfig"),
    ("al_core.config.selection_config", "SelectionConfig"),
    ("al_core.scorers", "Scorer"),
    ("al_core.scorers.scorer", "Scorer"),
    ("al_core.scorers", "ScorerClassification"),
    ("al_core.scorers.classification", "ScorerClassification"),
    ("al_core.scorers", "ScorerKeypointDetection"),
    ("al_core.scorers.keypoint_detection", "ScorerKeypointDetection"),
    ("al_core.scorers", "ScorerObjectDetection"),
    ("al_core.scorers.detection", "ScorerObjectDetection"),
    ("al_core.scorers", "ScorerSemanticSegmentation"),
    ("al_core.scorers.semantic_segmentation", "ScorerSemanticSegmentation"),
    ("al_core.utils", "BoundingBox"),
    ("al_core.utils.bounding_box", "BoundingBox"),
    ("al_core.utils", "KeypointInstancePrediction"),
    ("al_core.utils.keypoint_predictions", "KeypointPrediction"),
    ("al_core.utils", "ObjectDetectionOutput"),
    ("al_core.utils.object_detection_output", "ObjectDetectionOutput"),
]


@pytest.mark.parametrize(("module", "name"), PATHS)
def test_a_name_is_where_lightlys_scripts_import_it_from(module: str, name: str) -> None:
    assert hasattr(import_module(module), name)
