from al_core.utils.bounding_box import BoundingBox
from al_core.utils.class_probabilities import probabilities_from_hugging_face, probabilities_from_ultralytics
from al_core.utils.keypoint_predictions import KeypointInstancePrediction, KeypointPrediction
from al_core.utils.object_detection_batch import ObjectDetectionBatch
from al_core.utils.object_detection_output import ObjectDetectionOutput

__all__ = [
    "BoundingBox",
    "KeypointInstancePrediction",
    "KeypointPrediction",
    "ObjectDetectionBatch",
    "ObjectDetectionOutput",
    "probabilities_from_hugging_face",
    "probabilities_from_ultralytics",
]
