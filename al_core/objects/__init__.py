"""Objects in a bucket, or wherever else fsspec reaches."""

from al_core.objects.address import check_address, is_address
from al_core.objects.objects import ByteRange, ObjectInfo, Objects
from al_core.objects.protocols import REQUESTS_AT_ONCE

__all__ = ["REQUESTS_AT_ONCE", "ByteRange", "ObjectInfo", "Objects", "check_address", "is_address"]
