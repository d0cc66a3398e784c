"""Who uses the dashboard, from the door to the pages."""

import json
from dataclasses import asdict, dataclass

from starlette.types import Scope

HEADER = "x-al-core-visitor"
"""How the door tells the pages, to which Streamlit shows the headers of the WebSocket's handshake."""


@dataclass(frozen=True)
class Visitor:
    """Who the door let in.

    Attributes:
        is_here: Whether they sit at the machine that the dashboard runs on.
        may_write: Whether they may change something.
        token_name: Of the token they signed in with; empty without.
    """

    is_here: bool
    may_write: bool = True
    token_name: str = ""


def announced(scope: Scope, visitor: Visitor) -> Scope:
    """Return a request with a visitor in its header, in place of whatever the client claims there."""
    name = HEADER.encode()
    others = [header for header in scope["headers"] if header[0].lower() != name]
    return {**scope, "headers": [*others, (name, json.dumps(asdict(visitor)).encode())]}


def read_visitor(header: str) -> Visitor:
    """Return the visitor in a header that `announced` wrote."""
    return Visitor(**json.loads(header))
