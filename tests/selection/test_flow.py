import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.selection.flow import largest_flow


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_flow_is_the_best_of_all_subsets(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 7))
    groups = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n)))
    caps = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n)))
    needed = np.array(data.draw(st.lists(st.integers(0, 3), min_size=2, max_size=2)))
    left = np.array(data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=2)))
    best = 0
    for subset in range(2**n):
        picked = (subset >> np.arange(n) & 1).astype(bool)
        if all((caps[picked] == cap).sum() <= left[cap] for cap in (0, 1)):
            best = max(best, sum(min((groups[picked] == group).sum(), needed[group]) for group in (0, 1)))
    assert largest_flow(needed, left, groups, caps) == best
