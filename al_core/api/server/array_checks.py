"""What an array from a client must be like, by kind: nothing later on looks at it again."""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from al_core.exceptions import InvalidInputError, NotAllowedError
from al_core.formats.files.json_values import is_list_of
from al_core.steps.embeddings import check_embeddings
from al_core.steps.scores import score_column
from al_core.steps.tasks import TASKS, PredictionAttributes
from al_core.store import Kind, LocalDataset

LONGEST_NAME = 200
"""In characters."""


def check_name(name: str) -> str:
    """Return the name of an array.

    Raises:
        InvalidInputError: If it is empty, overlong, or more than a line of visible characters.
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInputError(f"{name!r} is not a valid array name: use 1 to {LONGEST_NAME} characters on one line")
    return name


# Pydantic turns what the check raises, a ValueError too, into an answer that names the field.
ArrayName = Annotated[str, AfterValidator(check_name)]
Check = Callable[[LocalDataset, str, NDArray[Any], dict[str, Any]], None]


def check_array(dataset: LocalDataset, kind: str, name: str, array: NDArray[Any], attributes: dict[str, Any]) -> None:
    """Raise unless a client may store this array of the dataset.

    Raises:
        NotAllowedError: If arrays of this kind are made by the server only.
        InvalidInputError: If the array has not the shape, type or values of its kind.
    """
    tasks = {task.kind: task for task in TASKS.values() if task.is_sent_as_array}
    if kind not in CHECKS and kind not in tasks:
        kinds = ", ".join([*CHECKS, *tasks])
        raise NotAllowedError(f"arrays of the kind '{kind}' cannot be sent; those of {kinds} can")
    check_name(name)
    if kind in CHECKS:
        CHECKS[kind](dataset, name, array, attributes)
    else:
        _texts(attributes, "class_names")
        tasks[kind].check(name, array, PredictionAttributes.of_json(attributes), dataset.n_samples)


def _check_embedding(dataset: LocalDataset, name: str, array: NDArray[Any], attributes: dict[str, Any]) -> None:
    check_embeddings(array, dataset.filenames())


def _check_score(dataset: LocalDataset, name: str, array: NDArray[Any], attributes: dict[str, Any]) -> None:
    score_column(dataset, np.arange(dataset.n_samples), name, array)


def _check_metadata(dataset: LocalDataset, name: str, array: NDArray[Any], attributes: dict[str, Any]) -> None:
    if array.shape != (dataset.n_samples,) or array.dtype.kind not in "fiu":
        raise InvalidInputError(
            f"metadata '{name}' is {array.dtype} of shape {array.shape}; send one number for each of the "
            f"{dataset.n_samples:,} samples"
        )


def _check_category(dataset: LocalDataset, name: str, array: NDArray[Any], attributes: dict[str, Any]) -> None:
    n_names = len(_texts(attributes, "names"))
    is_of_positions = array.shape == (dataset.n_samples,) and array.dtype.kind == "i"
    # The shape first: the minimum of an empty array is an error.
    if not is_of_positions or not -1 <= array.min() <= array.max() < n_names:
        raise InvalidInputError(
            f"texts '{name}' are {array.dtype} of shape {array.shape}; send for each of the {dataset.n_samples:,} "
            f"samples its position among the {n_names} names, -1 for none"
        )


def _texts(attributes: dict[str, Any], key: str) -> list[str]:
    texts = attributes.get(key)
    if not is_list_of(texts, str):
        raise InvalidInputError(f"arrays of this kind come with the attribute {key}, a list of texts")
    return texts


CHECKS: dict[str, Check] = {
    Kind.EMBEDDING: _check_embedding,
    Kind.SCORE: _check_score,
    Kind.METADATA: _check_metadata,
    Kind.CATEGORY: _check_category,
}
