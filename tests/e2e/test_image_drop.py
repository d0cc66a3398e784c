"""Images dropped into the browser: a folder, a zip of a stranger, and a server that is killed on the way."""

import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from al_core.store import LocalDataset, Workspace
from tests.e2e.conftest import TIMEOUT_MS, Traffic
from tests.e2e.navigation import press_button, wait_for_run
from tests.e2e.server import ROOT, free_port, running_app, wait_until_healthy

FOLDER_INPUT = ".drop input[webkitdirectory]"
FILES_INPUT = ".drop input[accept]"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that has offered its demo before, so that it starts empty."""
    return emptied(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def streamlit_server(home: Path) -> Iterator[str]:
    with running_app(home) as address:
        yield address


def emptied(home: Path) -> Path:
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    return home


def paint(folder: Path, *reds: int) -> Path:
    """Write an image for each red, in a subfolder if it is even."""
    rng = np.random.default_rng(0)
    for red in reds:
        path = folder / ("even" if red % 2 == 0 else ".") / f"{red:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 30, (24, 24, 3)).astype(np.uint8)
        pixels[..., 0] += red
        Image.fromarray(pixels).save(path)
    return folder


def stored(home: Path, name: str) -> LocalDataset:
    with Workspace(home) as workspace:
        return workspace.dataset(name)


def test_a_folder_that_is_dropped_becomes_a_dataset_and_later_ones_are_added(
    page: Page, home: Path, tmp_path: Path, traffic: Traffic
) -> None:
    folder = paint(tmp_path / "reds", 1, 2, 3)
    (folder / "broken.png").write_text("hello")
    (folder / "notes.txt").write_text("no image")
    (folder / ".hidden.png").write_bytes((folder / "001.png").read_bytes())
    page.goto("/datasets")
    page.locator(FOLDER_INPUT).set_input_files(folder)
    expect(page.get_by_text("4 images sent · 2 files that are no images were left out")).to_be_visible()
    expect(page.get_by_text("“reds” is ready: 3 images.")).to_be_visible()
    expect(page.get_by_text("1 file could not be read and was left out")).to_be_visible()
    dataset = stored(home, "reds")
    assert dataset.filenames() == ["001.png", "003.png", "even/002.png"]
    assert dataset.images_dir == dataset.uploads_dir

    paint(folder, 4)
    wait_for_run(page)
    press_button(page, "More")
    page.get_by_role("menuitem", name="Add images").click()
    drop_into = page.locator(".st-key-drop-into")
    drop_into.locator("input[webkitdirectory]").set_input_files(folder)
    # Those that were sent before are recognized, the broken one too.
    expect(drop_into.get_by_text("1 image sent, 4 were there already")).to_be_visible()
    expect(page.get_by_text("1 new image in the folder of “reds”")).to_be_visible()
    assert stored(home, "reds").filenames()[3:] == ["even/004.png"]
    assert traffic.hosts == {"127.0.0.1"}


def test_files_that_are_dragged_onto_the_page_are_taken(page: Page, home: Path, tmp_path: Path) -> None:
    image = paint(tmp_path / "dragged", 1) / "001.png"
    page.goto("/datasets")
    zone = page.locator(".drop .zone")
    zone.wait_for()
    wait_for_run(page)
    page.get_by_role("textbox", name="Name of the dataset (optional)").fill("dragged")
    page.get_by_role("textbox", name="Name of the dataset (optional)").press("Enter")
    wait_for_run(page)
    transfer = page.evaluate_handle(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "001.png", { lastModified: 1 }));
            return transfer;
        }""",
        list(image.read_bytes()),
    )
    zone.dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.get_by_text("“dragged” is ready: 1 image.")).to_be_visible()
    assert (stored(home, "dragged").uploads_dir / "001.png").read_bytes() == image.read_bytes()


def test_a_zip_of_a_stranger_can_name_no_place_and_fill_no_disk(
    page: Page, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = paint(tmp_path / "inside", 1, 2)
    # As archives above 4 GB are written.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 200)
    archive = tmp_path / "scan.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(folder / "001.png", "001.png", zipfile.ZIP_STORED)
        packed.write(folder / "even" / "002.png", "größe\\002.png", zipfile.ZIP_DEFLATED)
        packed.writestr("../../evil.png", b"evil")
        packed.writestr("__MACOSX/._001.png", b"of a Mac")
        packed.writestr("run.sh", b"echo")
        packed.writestr("bomb.png", bytes(2_000_000), zipfile.ZIP_DEFLATED)
        # It says that it is small.
        packed.getinfo("bomb.png").file_size = 150
    page.goto("/datasets")
    page.locator(FILES_INPUT).set_input_files(archive)
    expect(page.get_by_text("“scan” is ready: 2 images.")).to_be_visible()
    # Of what is left out the bar says at the end that it has not come.
    expect(page.get_by_role("progressbar", name="Images of scan")).to_have_attribute("aria-valuenow", "50")
    page.get_by_text("2 files left out").click()
    expect(page.get_by_text("../../evil.png: '../../evil.png' is not a plain relative path")).to_be_visible()
    expect(page.get_by_text("bomb.png: it unpacks to more than the zip says")).to_be_visible()
    dataset = stored(home, "scan")
    assert dataset.filenames() == ["001.png", "größe/002.png"]
    assert (dataset.uploads_dir / "größe" / "002.png").read_bytes() == (folder / "even" / "002.png").read_bytes()


class KilledServer:
    """A server that is killed at a request and started again at once."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self.n_put = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self._port)]
        log = self._home.parent / f"server-{self.n_put}.log"
        with log.open("wb") as output:
            environment = {**os.environ, "AL_CORE_HOME": str(self._home)}
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        wait_until_healthy(self.address, self._process, log)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def at_request(self, route: Route) -> None:
        self.n_put += route.request.method == "PUT"
        if self.n_put == 5 and route.request.method == "PUT":
            self.stop()
            self.start()
        route.continue_()


def test_an_upload_goes_on_after_the_server_was_killed(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    server = KilledServer(emptied(home))
    context = browser.new_context(base_url=server.address)
    context.set_default_timeout(TIMEOUT_MS)
    try:
        page = context.new_page()
        page.route(re.compile("/drop/"), server.at_request)
        page.goto("/datasets")
        page.locator(FOLDER_INPUT).set_input_files(paint(tmp_path / "reds", *range(1, 31)))
        expect(page.get_by_text("“reds” is ready: 30 images.")).to_be_visible()
        assert len(stored(home, "reds").filenames()) == 30
    finally:
        context.close()
        server.stop()


def test_an_upload_is_resumed_after_the_browser_was_closed(page: Page, home: Path, tmp_path: Path) -> None:
    folder = paint(tmp_path / "resumed", *range(1, 21))
    n_put = 0

    def hold(route: Route) -> None:
        nonlocal n_put
        n_put += route.request.method == "PUT"
        if n_put <= 6:
            route.continue_()
        else:
            # Not left open, because the browser would send it after all when its page goes.
            route.fulfill(status=503)

    page.route(re.compile("/drop/"), hold)
    page.goto("/datasets")
    page.locator(FOLDER_INPUT).set_input_files(folder)
    expect(page.get_by_text(re.compile("6 of 20 images .* the server does not answer"))).to_be_visible()
    context = page.context
    page.close(run_before_unload=False)

    page = context.new_page()
    page.goto("/datasets")
    said = page.get_by_text(re.compile(r"“resumed” has \d+ images"))
    expect(said).to_be_visible()
    # Six, and one more that the browser may have sent while its page went.
    n_there = int(re.findall(r"has (\d+) images", said.inner_text())[0])
    assert n_there in (6, 7)
    page.locator(FOLDER_INPUT).set_input_files(folder)
    press_button(page, f"Go on with “resumed” ({n_there} images)")
    expect(page.get_by_text(f"{20 - n_there} images sent, {n_there} were there already")).to_be_visible()
    expect(page.get_by_text("“resumed” is ready: 20 images.")).to_be_visible()
    assert len(stored(home, "resumed").filenames()) == 20
