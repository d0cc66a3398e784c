"""Addresses of places in a bucket or elsewhere; none ever holds a credential."""

import re

from al_core.exceptions import InvalidInputError

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://")


def is_address(text: str) -> bool:
    """Return whether a text names a place that is no folder of this machine.

    Examples:
        >>> is_address("s3://bucket/images"), is_address("/data/images")
        (True, False)
    """
    return ADDRESS.match(text) is not None


def check_address(text: str) -> str:
    """Return an address without a slash at its end.

    Raises:
        InvalidInputError: If it is no address, or holds what may be a password.
    """
    protocol, separator, path = text.strip().rstrip("/").partition("://")
    bucket = path.partition("/")[0]
    if "@" in bucket or "?" in path:
        # Not repeated in the message, which is logged and shown.
        raise InvalidInputError(
            "an address holds neither user, password nor options: give s3://bucket/prefix, and the credentials in the "
            "environment, as for the AWS command line"
        )
    parts = path.split("/")
    if not separator or not ADDRESS.fullmatch(f"{protocol}://") or {"", ".", ".."}.intersection(parts):
        raise InvalidInputError(f"{text!r} should be an address such as s3://bucket/prefix")
    if not path.isprintable():
        raise InvalidInputError(f"{text!r} should be an address without line breaks and other invisible characters")
    return f"{protocol}://{path}"
