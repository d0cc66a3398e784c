"""Headers on every answer: what a page may load, who may frame it, and what the browser tells others."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

NOBODY = "'none'"

DASHBOARD_POLICY = {
    "default-src": NOBODY,
    # Streamlit loads the JavaScript of components from blobs that its own script makes.
    "script-src": "'self' blob:",
    # Streamlit's elements, Plotly and our own images with boxes have style attributes and style sheets of their own.
    "style-src": "'self' 'unsafe-inline'",
    # The logo.
    "img-src": "'self' data:",
    # Streamlit's table and its icons bring a font inside their style sheets.
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": NOBODY,
    "form-action": "'self'",
}
"""No other host in any directive: whatever a stranger's text makes of itself, it cannot load or send anything."""

CONTENT_POLICY = {"default-src": NOBODY}
"""Of JSON, images and arrays: opened as a page, an image runs and loads nothing."""


class SecurityHeaders:
    """Adds them to answers.

    Attributes:
        of_dashboard: The policy of the dashboard's pages.
        of_content: The policy of everything else.

    Args:
        frame_ancestors: Origins whose pages may show this one in a frame; by default none.
        inline_scripts: Hashes of the scripts that stand in the dashboard's own page, such as `'sha256-…'`.
    """

    def __init__(self, frame_ancestors: Sequence[str] = (), inline_scripts: Sequence[str] = ()) -> None:
        scripts = " ".join([DASHBOARD_POLICY["script-src"], *inline_scripts])
        self.of_dashboard = _text(DASHBOARD_POLICY | {"script-src": scripts})
        self.of_content = _text(CONTENT_POLICY)
        self._ancestors = " ".join(frame_ancestors) or NOBODY

    def added(self, send: Send, policy: str) -> Send:
        """Return a send that adds the headers; an answer's own policy goes before `policy`."""

        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                own = headers.get("content-security-policy", policy)
                headers["Content-Security-Policy"] = f"{own}; frame-ancestors {self._ancestors}"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        return with_headers


def _text(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
