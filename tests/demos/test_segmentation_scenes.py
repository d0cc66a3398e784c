import numpy as np

from al_core.demos.composed_scenes import SIDE
from al_core.demos.recording import read_recording
from al_core.demos.segmentation_scenes import SegmentationScenes
from al_core.demos.sliding_window import BACKGROUND


def test_the_classes_of_each_pixel_sum_to_1_and_most_pixels_are_background() -> None:
    demo = SegmentationScenes()
    predictions = demo.predict(read_recording(demo.name)[-1].weights)
    assert predictions.class_names[BACKGROUND] == "background"
    for probabilities in predictions.outputs[:5]:
        assert probabilities.shape == (SIDE, SIDE, BACKGROUND + 1)
        np.testing.assert_allclose(probabilities.sum(axis=2), 1, atol=1e-5)
        assert (probabilities.argmax(axis=2) == BACKGROUND).mean() > 0.5
