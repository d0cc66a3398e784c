import json

from al_core.evaluation import PickReason
from al_core.wire.reasons import read_reasons, write_reasons


def test_reasons_come_out_of_json_as_they_went_in() -> None:
    first = PickReason(row=7, rank=1, score=None, added_coverage=0.5, nearest_row=None, distance=None)
    second = PickReason(row=3, rank=2, score=0.25, added_coverage=0.125, nearest_row=7, distance=0.75)
    written = json.loads(json.dumps(write_reasons([first, second])))
    assert read_reasons(written) == [first, second]
    assert written[1]["nearestRow"] == 7
