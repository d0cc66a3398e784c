from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def mapped(tmp_path: Path) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Return an array as it is mapped from a file, the way a workspace keeps it."""

    def write(array: NDArray[Any]) -> NDArray[Any]:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.npy"
        np.save(path, array)
        mapped: NDArray[Any] = np.load(path, mmap_mode="r")
        return mapped

    return write
