"""How each kind of address is reached.

S3 is what tests run against. Credentials are those of the environment, found as boto3 and the AWS command line find
them.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from al_core.exceptions import InvalidInputError, WorkspaceError

REQUESTS_AT_ONCE = 64
"""How many requests are under way together: each is mostly waiting. The library itself would open 10 connections."""

UNREACHABLE = "the storage of this workspace cannot be used; its administrator has to look at it"
"""What clients read in place of a failure, whose own sentence names an address."""


@dataclass(frozen=True)
class Protocol:
    """How one kind of address is reached.

    Attributes:
        package: What has to be installed.
        install: The command that does.
        options: What the file system of fsspec is made with.
        errors: The exceptions, beside `OSError`, in which requests end.
    """

    package: str
    install: str
    options: Callable[[], Mapping[str, Any]]
    errors: Callable[[], tuple[type[Exception], ...]]


def _s3_options() -> Mapping[str, Any]:
    return {
        # s3fs keeps one client for each set of options: another endpoint is another client.
        "endpoint_url": os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None,
        # Others write too, so a listing is old at once.
        "use_listings_cache": False,
        # s3fs tries five times around these.
        "config_kwargs": {
            "retries": {"max_attempts": 3, "mode": "standard"},
            "max_pool_connections": REQUESTS_AT_ONCE,
            "connect_timeout": 10,
            "read_timeout": 60,
        },
    }


def _s3_errors() -> tuple[type[Exception], ...]:
    from aiohttp import ClientError as HttpError
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError, HttpError)


PROTOCOLS = {"s3": Protocol("s3fs", "pip install 'al-core[s3]'", _s3_options, _s3_errors)}
"""The kinds of addresses with settings of their own; a new one is a line here."""

OTHER = Protocol("of fsspec for it", "pip install fsspec and its package for this kind of address", dict, tuple)
"""Every other kind that fsspec reaches: not tested, it works as far as fsspec does."""


def protocol_of(address: str) -> Protocol:
    """Return how a kind of address is reached."""
    return PROTOCOLS.get(_kind(address), OTHER)


def file_system(address: str) -> Any:
    """Return the file system of fsspec for a kind of address.

    Raises:
        InvalidInputError: If nothing installed reaches it.
        WorkspaceError: If a package has to be installed first.
    """
    protocol = protocol_of(address)
    try:
        import fsspec

        return fsspec.filesystem(_kind(address), **protocol.options())
    except ImportError as error:
        raise WorkspaceError(
            f"{address} needs the package {protocol.package}, which is not installed; run: {protocol.install}",
            public=UNREACHABLE,
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"{address} is of a kind that cannot be reached here ({error})") from error


def _kind(address: str) -> str:
    return address.partition("://")[0]
