"""The scripts that stand inside the dashboard's page, for the Content-Security-Policy, which names each by its hash."""

import base64
import hashlib
import re

from ui.entrance import page_html
from ui.pages import FIRST

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def script_hashes() -> list[str]:
    """Return a source for each script of the page."""
    digests = [hashlib.sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(page_html(FIRST))]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
