import argparse

from al_core.commands.shell import port_argument

SUMMARY = "Serve the REST API, without the dashboard."
DEFAULT_PORT = 8501


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core serve`."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; one that other machines can reach needs a token"
    )
    parser.add_argument("--port", type=port_argument, default=DEFAULT_PORT, help=f"by default {DEFAULT_PORT}")


def run(arguments: argparse.Namespace) -> None:
    """Serve the API until the process is stopped."""
    import uvicorn

    from al_core.api.server import app
    from al_core.api.server.door import check_address
    from al_core.store import Workspace

    with Workspace() as workspace:
        check_address(arguments.host, lambda: workspace)
    # No access log: it would record tokens, which Lightly's clients send in the query.
    # No proxy headers: uvicorn would believe every proxy on this machine; the door believes AL_CORE_TRUSTED_PROXIES.
    uvicorn.run(app, host=arguments.host, port=arguments.port, access_log=False, proxy_headers=False)
