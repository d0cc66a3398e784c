from al_core.api.schemas.wire import Wire


class ExportFormat(Wire):
    """An export format, and why the tag cannot be exported in it, if it cannot."""

    name: str
    label: str
    obstacle: str | None
