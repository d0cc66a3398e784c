import pytest

import al_core
from al_core.cluster.environment import Environment, environment
from al_core.exceptions import NotAllowedError


def test_a_process_agrees_with_itself() -> None:
    environment().check("this process")
    assert environment().version == al_core.__version__


def test_another_version_is_refused() -> None:
    other = Environment("0.0.1", environment().arithmetic)
    with pytest.raises(NotAllowedError, match=rf"the worker at A has al_core {al_core.__version__}, and .* 0\.0\.1"):
        other.check("the worker at A")


def test_another_order_of_additions_is_refused() -> None:
    other = Environment(al_core.__version__, "another")
    with pytest.raises(NotAllowedError, match="the worker at A has another kind of processor"):
        other.check("the worker at A")
