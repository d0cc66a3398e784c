import numpy as np
import pytest

from al_core.config import Budget, SelectionConfig
from al_core.exceptions import InvalidInputError


def test_a_price_is_per_image_and_per_object() -> None:
    money = Budget(100, "money", per_image=0.1, per_object=0.05, currency="EUR")
    assert money.price_of(np.array([0.0, 4.0])) == pytest.approx([0.1, 0.3])
    assert Budget(10).price_of(np.array([0.0, 4.0])).tolist() == [1, 1]
    assert Budget(10, "objects").price_of(np.array([0.0, 4.0])).tolist() == [0, 4]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"total": 0}, "a budget of 0 buys nothing"),
        ({"total": -1}, "total is a number from 0"),
        ({"total": float("nan")}, "total is a number from 0"),
        ({"total": 5, "unit": "bananas"}, "one of samples, objects, minutes, money"),
        ({"total": 5, "unit": "money"}, "needs a price"),
        ({"total": 5, "unit": "money", "per_image": -1}, "per_image is a number from 0"),
    ],
)
def test_what_makes_no_budget_is_refused(values: dict[str, object], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        SelectionConfig(n_samples=-1, budget=values)


def test_a_budget_is_a_stopping_condition_and_survives_json() -> None:
    config = SelectionConfig(n_samples=-1, name="a", budget=Budget(5, "money", per_image=2))
    assert config.to_json()["budget"] == {"total": 5, "unit": "money", "per_image": 2}
    assert SelectionConfig.from_json(config.to_json()) == config


def test_an_unknown_field_of_a_budget_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="a budget is an object with total, unit"):
        SelectionConfig(budget={"total": 5, "per_box": 1})


def test_a_currency_is_a_text() -> None:
    with pytest.raises(InvalidInputError, match="a currency is a text, such as EUR, not 5"):
        Budget(10, "money", 1, currency=5)  # type: ignore[arg-type]  # the mistake
