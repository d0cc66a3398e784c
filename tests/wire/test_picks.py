import json

import numpy as np

from al_core.steps.edit_pick import Edit
from al_core.steps.limit_costs import GroupCounts, LimitCost
from al_core.steps.outlook import Outlook
from al_core.wire.picks import (
    read_group_counts,
    read_limit_costs,
    read_outlook,
    write_edits,
    write_group_counts,
    write_limit_costs,
    write_outlook,
)


def test_what_is_written_is_json_and_read_again() -> None:
    outlook = Outlook(20, 10, 1, None, "", ("one is short", "another, too"))
    assert read_outlook(json.loads(json.dumps(write_outlook(outlook)))) == outlook
    costs = [LimitCost("at most 1 per camera", 0.5, 0.75, 3, 5)]
    assert read_limit_costs(json.loads(json.dumps(write_limit_costs(costs)))) == costs
    assert write_edits([Edit(3, 7)]) == [{"row": 3, "replacement": 7}]


def test_counts_come_back_as_arrays() -> None:
    counts = GroupCounts("camera", ("front", "rear"), np.array([4, 6]), np.array([1, 2]), np.array([1.25, 1.75]))
    [again] = read_group_counts(json.loads(json.dumps(write_group_counts([counts]))))
    assert (again.by, again.names) == ("camera", ("front", "rear"))
    assert [again.pool.tolist(), again.picked.tolist(), again.random.tolist()] == [[4, 6], [1, 2], [1.25, 1.75]]
