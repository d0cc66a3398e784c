"""Which names datasets, tags and samples may have."""

import re
from collections.abc import Sequence

from al_core.exceptions import AlreadyExistsError, InvalidInputError
from al_core.text import encodable

DATASET_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 ._-]{1,99}")
ID = re.compile(r"[0-9a-f]{24}")
TAG_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 .:;=@_+-]{1,199}")

LONGEST_MODEL_NAME = 200


def check_dataset_name(name: str) -> None:
    """Raise unless a dataset may have this name."""
    # Datasets are found by name or id.
    if isinstance(name, str) and ID.fullmatch(name):
        raise InvalidInputError(f"dataset name {name!r} looks like the id of a dataset; choose another name")
    if not isinstance(name, str) or not DATASET_NAME.fullmatch(name):
        raise InvalidInputError(
            f"dataset name {name!r} is not allowed: use 2 to 100 letters, digits, spaces and . _ -, "
            "with a letter or digit first"
        )


def check_tag_name(name: str) -> None:
    """Raise unless a tag may have this name."""
    if not isinstance(name, str) or not TAG_NAME.fullmatch(name):
        raise InvalidInputError(
            f"tag name {name!r} is not allowed: use 2 to 200 letters, digits, spaces and . : ; = @ _ + -, "
            "with a letter or digit first"
        )


def check_model_name(name: str) -> None:
    """Raise unless a model may have this name."""
    if not 0 < len(name) <= LONGEST_MODEL_NAME or not name.isprintable() or name != name.strip():
        raise InvalidInputError(
            f"model name {name!r} is not allowed: use 1 to {LONGEST_MODEL_NAME} characters on one line, without spaces "
            "at its ends"
        )


def check_array_name(what: str, name: object) -> None:
    """Raise unless a name, such as that of "an embedding", is a text."""
    if not isinstance(name, str) or not name:
        raise InvalidInputError(f"the name of {what} is a text, not {name!r}; give it one")
    if encodable(name) != name:
        raise InvalidInputError(f"the name of {what} has characters that no catalog holds: {name!r}; leave them out")


def check_are_texts(filenames: Sequence[object]) -> None:
    """Raise unless all filenames are texts."""
    # A path is no filename: the dataset may have it with or without the folder before it.
    for position, filename in enumerate(filenames):
        if not isinstance(filename, str):
            raise InvalidInputError(
                f"filenames are texts as the dataset has them, and the one at position {position} is {filename!r}; "
                "give str(path), or path.name"
            )


def model_exists(name: str) -> AlreadyExistsError:
    """Return the error for a model's name that is in use."""
    return AlreadyExistsError(f"there is already a model named '{name}'; choose another name")


def tag_exists(name: str) -> AlreadyExistsError:
    """Return the error for a tag's name that is in use, which begins as that of Lightly's clients does."""
    return AlreadyExistsError(f"There already exists a tag with tag_name {name}; choose another name")


def dataset_exists(name: str) -> AlreadyExistsError:
    """Return the error for a dataset's name that is in use."""
    return AlreadyExistsError(f"there is already a dataset named '{name}'; choose another name")


def check_filenames(filenames: Sequence[str]) -> None:
    """Raise unless there are filenames, none is empty, and each is there once."""
    if not len(filenames):
        raise InvalidInputError("a dataset needs at least one sample, but there are no filenames")
    seen: set[str] = set()
    for position, filename in enumerate(filenames):
        if not isinstance(filename, str) or not filename.strip():
            raise InvalidInputError(f"the filename at position {position} is {filename!r}; give every sample a name")
        # As Python lists the names of files that are in bytes of no encoding.
        if not filename.isascii() and encodable(filename) != filename:
            raise InvalidInputError(
                f"the filename at position {position}, {filename!r}, is not UTF-8, as names are; rename the file"
            )
        if filename in seen:
            raise InvalidInputError(
                f"filename '{filename}' occurs twice (again at position {position}); names are unique"
            )
        seen.add(filename)
