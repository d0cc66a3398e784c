"""Claim: a page of the dashboard reruns within 50 ms at the median, measured at the browser's end of the WebSocket.

Without arguments (`make bench`) it starts the app on a new workspace. To measure a running app:
`python -m benchmarks.rerun_latency http://127.0.0.1:8501 explore --query dataset=1`.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol

from tests.e2e.server import running_app

PAGES = ("datasets", "predictions", "explore", "select", "tags")
WARM_UP = 3


async def rerun(socket: websockets.ClientConnection, page: str, query: str) -> tuple[float, int, int]:
    """Return milliseconds from the request to `script_finished`, bytes received, exceptions shown on the page."""
    request = BackMsg()
    request.rerun_script.page_name = page
    request.rerun_script.query_string = query
    start = time.perf_counter()
    await socket.send(request.SerializeToString())
    size = exceptions = 0
    async for data in socket:
        size += len(data)
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        exceptions += kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception"
        if kind == "script_finished":
            return (time.perf_counter() - start) * 1e3, size, exceptions
    raise ConnectionError(f"the server closed the connection while running {page}")


async def measure(address: str, page: str, query: str, repeats: int) -> str:
    """Return one line about one page: its first run, the reruns, and what the last rerun sent."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with websockets.connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        runs = []
        for _ in range(WARM_UP + repeats):
            runs.append(await rerun(socket, page, query))
            # A person clicks after the page has settled, which includes Streamlit's work after a run.
            await asyncio.sleep(0.15)
    times = [milliseconds for milliseconds, _, _ in runs]
    later = times[WARM_UP:]
    failures = sum(exceptions for _, _, exceptions in runs)
    return (
        f"{page:12s} first {times[0]:7.1f} ms   rerun median {statistics.median(later):6.1f}  min {min(later):6.1f}  "
        f"max {max(later):6.1f} ms   {runs[-1][1] / 1e3:8.1f} kB" + f"   {failures} EXCEPTIONS" * bool(failures)
    )


def report(address: str, pages: list[str], query: str, repeats: int) -> None:
    for page in pages:
        print(asyncio.run(measure(address, page, query, repeats)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", help="a running app; by default the benchmark starts one")
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--query", default="", help="query string of the pages, such as dataset=1")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    if arguments.address:
        report(arguments.address, arguments.pages, arguments.query, arguments.repeats)
        return
    with tempfile.TemporaryDirectory() as workspace, running_app(Path(workspace)) as address:
        report(address, arguments.pages, arguments.query, arguments.repeats)


if __name__ == "__main__":
    main()
