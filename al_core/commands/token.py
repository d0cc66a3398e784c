import argparse

SUMMARY = "Manage API tokens."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core token`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="create a token and print it; it cannot be shown again")
    create.add_argument("name", help="name by which it is listed and revoked")
    create.add_argument("--read-only", action="store_true", help="allow reading only")
    actions.add_parser("list", help="list names and rights of the tokens")
    revoke = actions.add_parser("revoke", help="revoke a token")
    revoke.add_argument("name", help="name of the token")


def run(arguments: argparse.Namespace) -> None:
    """Create, list or revoke a token."""
    from al_core.store import Workspace

    with Workspace() as workspace:
        if arguments.action == "create":
            print(workspace.tokens.create(arguments.name, may_write=not arguments.read_only))
        elif arguments.action == "revoke":
            workspace.tokens.revoke(arguments.name)
        else:
            for token in workspace.tokens.all():
                print(f"{token.name}\t{'read-write' if token.may_write else 'read-only'}")
