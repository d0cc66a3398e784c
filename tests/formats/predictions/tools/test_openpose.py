from pathlib import Path

from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import keypoints, saved


def test_a_file_is_named_after_its_image_and_a_suffix(tmp_path: Path) -> None:
    saved(
        tmp_path / "run" / "a_keypoints.json", {"version": 1.3, "people": [{"pose_keypoints_2d": [1, 2, 0.5, 0, 0, 0]}]}
    )
    saved(tmp_path / "run" / "b_keypoints.json", {"version": 1.3, "people": []})
    predictions = read_predictions(tmp_path / "run")
    assert predictions.filenames == ["a.json", "b.json"]
    assert keypoints(predictions, 0) == [("person", 0.25, [1, 2, 0.5, 0, 0, 0])]
    assert keypoints(predictions, 1) == []
