"""How datasets and selections draw themselves in a notebook."""

import importlib
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import MissingInputError

ROOM = "al_core.notebook"


class DrawnMap(Protocol):
    """A map in a notebook, which knows what somebody selects on it.

    Attributes:
        selected: Filenames of the images inside the outline; without an outline, of the one that was clicked.
        selected_rows: Their rows, ascending.
    """

    @property
    def selected(self) -> list[str]: ...  # noqa: D102 - see above

    @property
    def selected_rows(self) -> NDArray[np.int64]: ...  # noqa: D102 - see above


def load_notebook() -> Any:
    """Return the module `al_core.notebook`.

    It is loaded by its name: store and steps lie floors below it, and work without what it needs.

    Raises:
        MissingInputError: Without the extra `notebook`.
    """
    if find_spec("anywidget") is None:
        raise MissingInputError(
            "maps in notebooks need the package anywidget, which is not installed: pip install 'al-core[notebook]'"
        )
    return importlib.import_module(ROOM)
