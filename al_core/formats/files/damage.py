from collections.abc import Iterator
from contextlib import contextmanager

from al_core.exceptions import FileFormatError


@contextmanager
def file_damage_explained(
    source: str, noun: str, errors: tuple[type[Exception], ...], remedy: str = "write it again"
) -> Iterator[None]:
    """Within the block, turn what a library raises for a damaged file into a `FileFormatError` that names the file.

    Args:
        source: The name of the file.
        noun: What it should be, such as "archive".
        errors: What the library raises.
        remedy: What to do.
    """
    try:
        yield
    except FileFormatError:
        raise
    except errors as error:
        raise FileFormatError(f"{source} is a damaged {noun} ({str(error)[:200]}); {remedy}") from error
