import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.steps.tasks.tables import check_table

DTYPE = np.dtype([("row", np.int64), ("score", np.float32)])


def table(*rows: int) -> NDArray[np.void]:
    return np.array([(row, 0.5) for row in rows], DTYPE)


@pytest.mark.parametrize("rows", [(), (0,), (0, 0, 2), (2,)])
def test_ascending_rows_of_the_dataset_are_taken(rows: tuple[int, ...]) -> None:
    check_table("boxes", table(*rows), DTYPE, n_samples=3)


@pytest.mark.parametrize("rows", [(-1,), (3,), (1, 0), (0, 2, 1)])
def test_other_rows_are_refused(rows: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match="the rows of 'boxes' are not ascending from 0 to 2"):
        check_table("boxes", table(*rows), DTYPE, n_samples=3)


@pytest.mark.parametrize("array", [np.zeros(3), table(0)["score"], table(0, 1).reshape(2, 1)])
def test_an_array_of_another_type_or_shape_is_refused(array: NDArray[np.void]) -> None:
    with pytest.raises(InvalidInputError, match="send a table of"):
        check_table("boxes", array, DTYPE, n_samples=3)
