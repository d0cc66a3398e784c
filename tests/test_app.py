from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def page_with_an_error_people_can_mend() -> None:
    from al_core.exceptions import InvalidInputError
    from app import show_error

    show_error(InvalidInputError("scores has 9 rows but the query set has 12; score every query sample"))


def page_with_a_defect() -> None:
    from app import show_error

    show_error(ZeroDivisionError("division by zero"))


def test_an_error_that_people_can_fix_is_shown_as_its_sentence() -> None:
    (shown,) = AppTest.from_function(page_with_an_error_people_can_mend).run(timeout=PATIENCE).error
    assert shown.value == "scores has 9 rows but the query set has 12; score every query sample"


def test_a_defect_is_shown_without_traceback_and_points_to_the_terminal() -> None:
    (shown,) = AppTest.from_function(page_with_a_defect).run(timeout=PATIENCE).error
    assert shown.value.startswith("This page failed with ZeroDivisionError.")
    assert "terminal" in shown.value
