"""What an array from a client must be like, by kind: nothing later on looks at it again."""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from al_core.exceptions import InvalidInputError, NotAllowedError
from al_core.formats.predictions.annotations import BOX, KEYPOINT
from al_core.steps.embeddings import check_embeddings, score_column
from al_core.store import LocalDataset

LONGEST_NAME = 200


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


def check_array(dataset: LocalDataset, kind: str, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    """Raise unless a client may store this array of the dataset.

    Raises:
        NotAllowedError: If arrays of this kind are made by the server only.
        InvalidInputError: If the array has not the shape, type or values of its kind.
    """
    if kind not in CHECKS:
        raise NotAllowedError(f"arrays of the kind '{kind}' cannot be sent; those of {', '.join(CHECKS)} can")
    check_name(name)
    CHECKS[kind](dataset, name, array, facts)


def _check_embedding(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    check_embeddings(array, dataset.filenames())


def _check_score(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    score_column(dataset, np.arange(dataset.n_samples), name, array)


def _check_metadata(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    if array.shape != (dataset.n_samples,) or array.dtype.kind not in "fiu":
        raise InvalidInputError(
            f"metadata '{name}' is {array.dtype} of shape {array.shape}; send one number for each of the "
            f"{dataset.n_samples:,} samples"
        )


def _check_category(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    n_names = len(_texts(facts, "names"))
    if array.shape != (dataset.n_samples,) or array.dtype.kind != "i" or not -1 <= array.min() <= array.max() < n_names:
        raise InvalidInputError(
            f"texts '{name}' are {array.dtype} of shape {array.shape}; send for each of the {dataset.n_samples:,} "
            f"samples its position among the {n_names} names, -1 for none"
        )


def _check_prediction(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    shape = (dataset.n_samples, len(_texts(facts, "class_names")))
    if array.shape != shape or array.dtype.kind != "f":
        raise InvalidInputError(
            f"predictions '{name}' are {array.dtype} of shape {array.shape}; send floats of shape {shape}: a row for "
            "each sample, a column for each of the class_names"
        )


def _check_detection(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    _check_table(dataset, name, array, BOX)
    n_classes = len(_texts(facts, "class_names"))
    if len(array) and not 0 <= array["label"].min() <= array["label"].max() < n_classes:
        raise InvalidInputError(f"boxes '{name}' have labels outside 0 to {n_classes - 1}, the class_names")


def _check_keypoints(dataset: LocalDataset, name: str, array: NDArray[Any], facts: dict[str, Any]) -> None:
    _check_table(dataset, name, array, KEYPOINT)
    _texts(facts, "class_names")


def _check_table(dataset: LocalDataset, name: str, array: NDArray[Any], dtype: np.dtype[Any]) -> None:
    if array.dtype != dtype or array.ndim != 1:
        raise InvalidInputError(f"'{name}' has the fields {array.dtype}; send a table of {dtype}")
    rows = array["row"]
    if len(rows) and (rows[0] < 0 or rows[-1] >= dataset.n_samples or (np.diff(rows) < 0).any()):
        raise InvalidInputError(f"the rows of '{name}' are not ascending from 0 to {dataset.n_samples - 1}")


def _texts(facts: dict[str, Any], fact: str) -> list[str]:
    texts = facts.get(fact)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidInputError(f"arrays of this kind come with the fact {fact}, a list of texts")
    return texts


CHECKS: dict[str, Check] = {
    "embedding": _check_embedding,
    "score": _check_score,
    "prediction": _check_prediction,
    "detection": _check_detection,
    "keypoint": _check_keypoints,
    "metadata": _check_metadata,
    "category": _check_category,
}
