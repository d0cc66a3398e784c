"""Addresses on this server that need no token."""

from fastapi import Request

from al_core.api.server.caller import caller_of
from al_core.api.server.context import API_PREFIX, services
from al_core.api.server.sample_ids import row_of
from al_core.api.server.signer import PREFIX
from al_core.store import LocalDataset


def signed_url(request: Request, method: str, path: str, seconds: int | None = None, **query: str) -> str:
    """Return an address that is valid for one method and a limited time, and as long as the caller's token.

    Raises:
        ApiError: If the caller may not use that method itself.
    """
    used = services(request)
    root = f"{str(request.base_url).rstrip('/')}{API_PREFIX}"
    lifetime = seconds or used.settings.url_seconds
    return root + used.signer.sign(method, PREFIX + path, lifetime, caller_of(request), **query)


def image_url(
    request: Request, dataset: LocalDataset, sample_id: str, method: str, kind: str, seconds: int | None = None
) -> str:
    """Return a signed address of an image or its thumbnail."""
    row_of(dataset, sample_id)
    return signed_url(request, method, f"/datasets/{dataset.id}/samples/{sample_id}/{kind}", seconds)
