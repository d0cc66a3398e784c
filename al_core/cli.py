"""The command `al-core`: one function a sub-command, registered in `COMMANDS`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from al_core.exceptions import ALCoreError, NotAllowedError

if TYPE_CHECKING:
    from al_core.store import Workspace

DEFAULT_PORT = 8501


def add_serve(commands: Any) -> None:
    """Add `al-core serve`."""
    parser = commands.add_parser("serve", help="serve the REST API, without the dashboard")
    parser.add_argument("--host", default="127.0.0.1", help="another address than this machine's own needs a token")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.set_defaults(run=serve)


def serve(arguments: argparse.Namespace) -> None:
    """Serve the API until it is stopped."""
    import uvicorn

    from al_core.api.server import app
    from al_core.api.server.guards import is_loopback

    with _workspace() as workspace:
        if not (arguments.host == "localhost" or is_loopback(arguments.host)) and not workspace.tokens.all():
            raise NotAllowedError(
                f"{arguments.host} can be reached from other machines, and no token protects it; "
                "create one with `al-core token create NAME` first"
            )
    # No access log: Lightly's clients send their token in the query, which it would write down.
    uvicorn.run(app, host=arguments.host, port=arguments.port, access_log=False)


def add_token(commands: Any) -> None:
    """Add `al-core token create|list|revoke`."""
    actions = commands.add_parser("token", help="say who may use the API").add_subparsers(required=True)
    create = actions.add_parser("create", help="create a token and print it, this once")
    create.add_argument("name")
    create.add_argument("--read-only", action="store_true", help="it may read, but change nothing")
    create.set_defaults(run=create_token)
    actions.add_parser("list", help="list the tokens").set_defaults(run=list_tokens)
    revoke = actions.add_parser("revoke", help="refuse a token from now on")
    revoke.add_argument("name")
    revoke.set_defaults(run=revoke_token)


def create_token(arguments: argparse.Namespace) -> None:
    """Create a token and print its secret."""
    with _workspace() as workspace:
        print(workspace.tokens.create(arguments.name, may_write=not arguments.read_only))


def list_tokens(_arguments: argparse.Namespace) -> None:
    """Print name and role of each token."""
    with _workspace() as workspace:
        for token in workspace.tokens.all():
            print(f"{token.name}\t{'read-write' if token.may_write else 'read-only'}")


def revoke_token(arguments: argparse.Namespace) -> None:
    """Remove a token."""
    with _workspace() as workspace:
        workspace.tokens.revoke(arguments.name)


def _workspace() -> "Workspace":
    from al_core.store import Workspace

    return Workspace()


COMMANDS: tuple[Callable[[Any], None], ...] = (add_serve, add_token)
"""Each adds its sub-command to the parser; a new one is a function and a name here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="al-core", description="Which images to label next.")
    commands = parser.add_subparsers(required=True)
    for add in COMMANDS:
        add(commands)
    parsed = parser.parse_args(arguments)
    try:
        parsed.run(parsed)
    except ALCoreError as error:
        print(f"al-core: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
