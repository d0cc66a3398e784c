import json

import numpy as np

from al_core.evaluation import SpacingCurve
from al_core.wire.spacing import read_spacing, write_spacing


def test_a_curve_comes_out_of_json_as_it_went_in() -> None:
    distances = np.array([np.inf, 0.5, 0.25], np.float32)
    curve = SpacingCurve(np.array([4, 2, 1]), np.array([-1, 4, 4]), distances, is_complete=False)
    read = read_spacing(json.loads(json.dumps(write_spacing(curve), allow_nan=False)))
    np.testing.assert_array_equal(read.distances, distances)
    assert (read.rows.tolist(), read.nearest_rows.tolist(), read.is_complete) == ([4, 2, 1], [-1, 4, 4], False)
