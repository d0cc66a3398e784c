import doctest
from types import ModuleType

import pytest

from ui import messages, session
from ui.select import counts, spacing


@pytest.mark.parametrize("module", [messages, session, counts, spacing])
def test_the_examples_of_a_module_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
