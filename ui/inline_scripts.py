"""The scripts that stand inside Streamlit's page, for the Content-Security-Policy, which names each by its hash."""

import base64
import hashlib
import re
from pathlib import Path

import streamlit

PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def script_hashes() -> list[str]:
    """Return a source for each script of the page that this version of Streamlit serves."""
    scripts = INLINE_SCRIPT.findall(PAGE.read_text(encoding="utf-8"))
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
