import math

import pytest

from al_core.exceptions import InvalidInputError
from al_core.steps.round_plan import RoundPlan, read_plan, save_plan
from al_core.store import Dataset, Workspace


def test_a_plan_is_stored_with_the_dataset(dataset: Dataset, workspace: Workspace) -> None:
    assert read_plan(dataset) == RoundPlan(target=0.9)
    plan = RoundPlan(0.85, price_per_image=0.7, value_per_point=50, currency="$")
    save_plan(dataset, plan)
    assert read_plan(workspace.dataset(dataset.id)) == plan


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"target": 0.0}, "the target is an accuracy above 0"),
        ({"target": 1.5}, "the target is an accuracy above 0"),
        ({"price_per_image": -1.0}, "price_per_image is an amount of money from 0"),
        ({"value_per_point": math.inf}, "value_per_point is an amount of money from 0"),
        ({"currency": ""}, "the currency is a sign of 1 to 8 characters"),
    ],
)
def test_a_plan_that_means_nothing_is_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        RoundPlan(**values)  # type: ignore[arg-type]
