"""Claim: pages paint early, stay where they are, and each is ready after at most 1.5 MB over the wire.

Run `python -m benchmarks.pages` on a machine with nothing else to do. It starts the app on a new workspace with the
demo and, beside it, an empty Streamlit page, and reads Chromium's own counters: bytes as they came over the network,
first contentful paint, and layout shift (CLS, the sum of shifts that no input caused). Cold is an empty browser cache.
Ready means that the script has finished and no skeleton is left; on Explore, that the map is drawn.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.chromium import find_chromium
from tests.e2e.server import running_app

PAGES = ("datasets", "predictions", "explore", "select", "compare", "rounds", "tags")
EMPTY_PAGE = 'import streamlit as st\nst.set_page_config(layout="wide")\nst.title("Empty")\n'
WATCH = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts += shift.value;
}).observe({ type: "layout-shift", buffered: true });
"""
READY = """() => document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
  && document.querySelector("h1") && !document.querySelector('[data-testid$="Skeleton"]')
  && (!location.pathname.startsWith("/explore") || mapIsDrawn(document))"""
MAP_IS_DRAWN = """
window.mapIsDrawn = (root) => [...root.querySelectorAll("*")].some(
  (node) => node.dataset?.ready > 0 || (node.shadowRoot && window.mapIsDrawn(node.shadowRoot)));
"""
TIMEOUT_MS = 300_000
SETTLED_MS = 1000
"""What comes later than this after a page is ready is no longer its loading."""


@dataclass(frozen=True)
class Load:
    """What one load of a page took: seconds, shift, and megabytes until it was ready."""

    painted: float
    ready: float
    shift: float
    megabytes: float


def load(context: BrowserContext, address: str) -> Load:
    """Open a page in a new tab and return what that took."""
    page = context.new_page()
    page.add_init_script(WATCH + MAP_IS_DRAWN)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on(
        "Network.webSocketFrameReceived", lambda event: sizes.append(len(event["response"]["payloadData"]) * 0.75)
    )
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(READY)
    ready = time.perf_counter() - start
    megabytes = sum(sizes) / 1e6
    page.wait_for_timeout(SETTLED_MS)
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN") / 1000
    shift = page.evaluate("window.shifts")
    page.close()
    return Load(painted, ready, shift, megabytes)


def described(loads: list[Load], empty: Load) -> str:
    """Return the first load, of an empty cache, and the medians of the others."""
    cold, *warm = loads
    painted, ready, shift = (
        statistics.median(getattr(one, name) for one in warm) for name in ("painted", "ready", "shift")
    )
    return (
        f"cold: painted {cold.painted:.2f} s, ready {cold.ready:.2f} s, {cold.megabytes:.2f} MB   "
        f"warm: painted {painted:.2f} s, ready {ready:.2f} s   "
        f"shift {shift:.3f} ({shift - empty.shift:+.3f} to an empty page)"
    )


def navigation(page: Page) -> Iterator[str]:
    """Go through the sidebar, and yield how long each page took to be ready."""
    for name in PAGES:
        start = time.perf_counter()
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name.capitalize()).click()
        page.wait_for_function(f"() => document.querySelector('h1')?.textContent.startsWith('{name.capitalize()}')")
        page.wait_for_function(READY)
        yield f"{name} {time.perf_counter() - start:.2f} s"


@contextmanager
def empty_app(folder: Path) -> Iterator[str]:
    """Run a page with a title and nothing else."""
    script = folder / "empty.py"
    script.write_text(EMPTY_PAGE, encoding="utf-8")
    with running_app(folder, str(script)) as address:
        yield address


def measure(browser: Browser, address: str, repeats: int) -> list[Load]:
    """Return loads of a page: the first with an empty cache, the others with a full one."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    loads = [load(context, address) for _ in range(1 + repeats)]
    context.close()
    return loads


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="warm loads of each page")
    repeats = parser.parse_args().repeats
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as empty_folder,
        running_app(Path(folder)) as address,
        empty_app(Path(empty_folder)) as empty_address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--disable-dev-shm-usage"])
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
        # The demo and the first map are made now, not within a measurement.
        measure(browser, f"{address}/explore", 1)
        empty_loads = measure(browser, empty_address, repeats)
        empty = empty_loads[-1]
        print(f"{'empty page':12s} {described(empty_loads, empty)}", flush=True)
        for name in PAGES:
            print(f"{name:12s} {described(measure(browser, f'{address}/{name}', repeats), empty)}", flush=True)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(TIMEOUT_MS)
        page.add_init_script(MAP_IS_DRAWN)
        page.goto(f"{address}/tags")
        page.wait_for_function(READY)
        print("navigation   " + ", ".join(navigation(page)), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
