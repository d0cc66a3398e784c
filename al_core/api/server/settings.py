import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from al_core.exceptions import InvalidInputError
from al_core.objects.address import check_address, is_address

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
MEGABYTE = 1 << 20
LONGEST_NUMBER = 9
"""Digits of a setting: a billion of anything is a typing error."""
ALLOWED_PATHS = "AL_CORE_ALLOWED_PATHS"
PATH_SEPARATOR = re.compile(rf"{re.escape(os.pathsep)}(?!//)")
ORIGIN = re.compile(r"https?://[a-zA-Z0-9*][a-zA-Z0-9.-]*(:\d{1,5})?")


@dataclass(frozen=True)
class Settings:
    """How the server behaves; each value comes from the environment variable named after it, with `AL_CORE_` in front.

    Attributes:
        allowed_hosts: Names that requests may ask for, besides this machine's own; separated by commas.
        require_token: Whether people and programs at this machine need a token too.
        trusted_proxies: Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
        frame_ancestors: Origins of pages that may show the dashboard in a frame, separated by spaces; by default none.
        allowed_paths: Folders on this machine that people at other machines may read and write by path, separated like
            those of PATH; by default none.
        allowed_addresses: Addresses such as `s3://bucket/images` below which people at other machines may read images;
            they stand among the folders of AL_CORE_ALLOWED_PATHS.
        allowed_servers: Addresses of servers that people at other machines may open, separated by commas.
        max_json_mb: The largest JSON body; parsed it takes about 20 times its size in memory.
        max_body_mb: The largest file that is sent with a token.
        max_upload_mb: The largest file that is sent to a signed URL.
        max_image_mb: The largest image that is dropped on the dashboard.
        max_drop_mb: How much all images dropped on one dataset may have together.
        max_drop_files: How many images may be dropped on one dataset.
        requests_per_second: For each token, or each address without one; 0 is no limit. This machine has none.
        url_seconds: How long a signed URL is valid, if nothing else is asked for; at most a day to write.
        embedding_order: Lightly 1.2.33 and older take the last embedding for the newest, later ones the first.
    """

    allowed_hosts: tuple[str, ...] = LOCAL_HOSTS
    require_token: bool = False
    trusted_proxies: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    allowed_paths: tuple[Path, ...] = ()
    allowed_addresses: tuple[str, ...] = ()
    allowed_servers: tuple[str, ...] = ()
    max_json_mb: int = 64
    max_body_mb: int = 4096
    max_upload_mb: int = 16384
    max_image_mb: int = 1024
    max_drop_mb: int = 262144
    max_drop_files: int = 1000000
    requests_per_second: int = 100
    url_seconds: int = 3600
    embedding_order: Literal["oldest-first", "newest-first"] = "oldest-first"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment.

    Raises:
        InvalidInputError: If a value is not of its kind; the message names the variable.
    """
    order = environment.get("AL_CORE_EMBEDDING_ORDER", Settings.embedding_order)
    if order not in ("oldest-first", "newest-first"):
        raise InvalidInputError(f"AL_CORE_EMBEDDING_ORDER must be oldest-first or newest-first, not {order!r}")
    return Settings(
        allowed_hosts=(*LOCAL_HOSTS, *_listed(environment, "AL_CORE_ALLOWED_HOSTS")),
        require_token=environment.get("AL_CORE_REQUIRE_TOKEN", "") in ("1", "true", "yes"),
        trusted_proxies=_proxies(environment),
        frame_ancestors=_frame_ancestors(environment),
        allowed_paths=_folders(environment),
        allowed_addresses=tuple(check_address(entry) for entry in _places(environment) if is_address(entry)),
        allowed_servers=tuple(entry.rstrip("/") for entry in _listed(environment, "AL_CORE_ALLOWED_SERVERS")),
        max_json_mb=_whole_number(environment, "AL_CORE_MAX_JSON_MB", Settings.max_json_mb),
        max_body_mb=_whole_number(environment, "AL_CORE_MAX_BODY_MB", Settings.max_body_mb),
        max_upload_mb=_whole_number(environment, "AL_CORE_MAX_UPLOAD_MB", Settings.max_upload_mb),
        max_image_mb=_whole_number(environment, "AL_CORE_MAX_IMAGE_MB", Settings.max_image_mb),
        max_drop_mb=_whole_number(environment, "AL_CORE_MAX_DROP_MB", Settings.max_drop_mb),
        max_drop_files=_whole_number(environment, "AL_CORE_MAX_DROP_FILES", Settings.max_drop_files),
        requests_per_second=_whole_number(environment, "AL_CORE_REQUESTS_PER_SECOND", Settings.requests_per_second),
        url_seconds=_whole_number(environment, "AL_CORE_URL_SECONDS", Settings.url_seconds),
        embedding_order="newest-first" if order == "newest-first" else "oldest-first",
    )


def _listed(environment: Mapping[str, str], name: str) -> list[str]:
    entries = [entry.strip() for entry in environment.get(name, "").split(",")]
    return [entry for entry in entries if entry]


def _proxies(environment: Mapping[str, str]) -> tuple[str, ...]:
    listed = _listed(environment, "AL_CORE_TRUSTED_PROXIES")
    try:
        return tuple(str(ip_address(entry)) for entry in listed)
    except ValueError as error:
        raise InvalidInputError(
            f"AL_CORE_TRUSTED_PROXIES must list addresses such as 10.0.0.7, separated by commas; {error}"
        ) from error


def _places(environment: Mapping[str, str]) -> list[str]:
    # The colon of an address separates nothing.
    entries = PATH_SEPARATOR.split(environment.get(ALLOWED_PATHS, ""))
    return [entry for entry in entries if entry]


def _folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    folders = tuple(Path(entry) for entry in _places(environment) if not is_address(entry))
    for folder in folders:
        if not folder.is_absolute():
            raise InvalidInputError(
                f"{ALLOWED_PATHS} must list absolute paths separated by {os.pathsep!r}, not {str(folder)!r}"
            )
    return folders


def _frame_ancestors(environment: Mapping[str, str]) -> tuple[str, ...]:
    origins = tuple(environment.get("AL_CORE_FRAME_ANCESTORS", "").split())
    for origin in origins:
        # It becomes part of a header, where a semicolon would begin another directive.
        if not ORIGIN.fullmatch(origin):
            raise InvalidInputError(
                f"AL_CORE_FRAME_ANCESTORS must list origins such as https://portal.example, not {origin!r}"
            )
    return origins


def _whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise InvalidInputError(f"{name} must be a whole number of at most {LONGEST_NUMBER} digits, not {text!r}")
    return int(text)
