from typing import Annotated

import orjson
from fastapi import Depends, Query

from al_core.exceptions import InvalidInputError
from al_core.formats.choices import Missing, ReadingChoices


def reading_choices(
    format: str | None = None,
    softmax: bool | None = None,
    lower_is_more: bool = False,
    missing: Missing = Missing.UNKNOWN,
    columns: Annotated[str, Query(description="Meaning of columns of a table, as a JSON object by column name")] = "",
) -> ReadingChoices:
    """Return how the parameters of a request say that a file is to be read.

    Raises:
        InvalidInputError: If `columns` is not a JSON object of texts.
    """
    return ReadingChoices(format, lower_is_more, softmax, missing, column_meanings(columns))


def column_meanings(text: str) -> dict[str, str]:
    """Return the meaning of columns of a table from a JSON object; none from an empty text.

    Raises:
        InvalidInputError: If it is not a JSON object of texts.
    """
    if not text:
        return {}
    try:
        meanings = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"the parameter columns is not JSON ({error.msg}); send an object") from error
    if not isinstance(meanings, dict) or not all(isinstance(meaning, str) for meaning in meanings.values()):
        raise InvalidInputError('the parameter columns is an object such as {"fold": "ignored"}, by column name')
    return meanings


Choices = Annotated[ReadingChoices, Depends(reading_choices)]
