import numpy as np

from al_core.demos import composed_scenes
from al_core.demos.detection_scenes import DetectionScenes
from al_core.demos.recording import read_recording


def test_most_digits_that_the_model_never_saw_are_detected() -> None:
    demo = DetectionScenes()
    rounds = read_recording(demo.name)
    detections = demo.predict(rounds[-1].weights)
    picked = [recorded.picked_rows for recorded in rounds]
    unlabeled = np.setdiff1d(np.arange(composed_scenes.N_SCENES), np.concatenate(picked))
    n_found = n_digits = 0
    for row in unlabeled.tolist():
        corners = np.array([[box.y0, box.x0] for box in detections.outputs[row].boxes]) * composed_scenes.SIDE
        for _, top, left in demo.scenes.digits[row]:
            n_digits += 1
            n_found += bool((np.abs(corners.reshape(-1, 2) - [top, left]).max(axis=1) <= 1).any())
    assert n_found / n_digits > 0.85


def test_each_digit_of_a_scene_is_labeled_with_its_class() -> None:
    demo = DetectionScenes()
    labels = demo.labels(np.array([0, 5]))
    digits = np.concatenate([demo.scenes.digits[0], demo.scenes.digits[5]])
    assert [labels.class_names[label] for label in labels.boxes["label"]] == [str(label) for label in digits[:, 0]]
