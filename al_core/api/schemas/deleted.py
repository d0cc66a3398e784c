from al_core.api.schemas.wire import Wire


class DeletedData(Wire):
    """A model or labels that can be restored until `expiresAt`."""

    id: str
    name: str
    deleted_at: int
    expires_at: int
