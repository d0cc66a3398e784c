"""A folder of images becomes a dataset, by the README's second example and on the Datasets page."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sklearn.datasets import load_sample_images

from al_core.embedding import load_model
from al_core.embedding.checkpoint import Checkpoint
from al_core.embedding.sources import FolderImages
from tests.e2e.navigation import press_button
from tests.e2e.server import ROOT, running_app

N_MIXED, N_MANY, N_LEFT = 40, 12_000, 6
MODES = ("RGB", "L", "P", "RGBA", "CMYK", "I;16")
SUFFIXES = {"P": ".gif", "CMYK": ".jpg", "RGBA": ".png", "I;16": ".png", "L": ".webp", "RGB": ".jpg"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that has offered its demo before, so that it starts empty."""
    home = tmp_path_factory.mktemp("workspace")
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    return home


@pytest.fixture(scope="module")
def streamlit_server(home: Path) -> Iterator[str]:
    with running_app(home) as address:
        yield address


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Crops of photographs in many modes and formats, one of them turned by EXIF, and two broken files."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    scenes = [Image.fromarray(scene) for scene in load_sample_images().images]
    for number in range(N_MIXED):
        mode = MODES[number % len(MODES)]
        left, top = rng.integers(0, 150, 2).tolist()
        side = int(rng.integers(30, 270))
        crop = scenes[number % 2].crop((left, top, left + 2 * side, top + side))
        image = Image.fromarray(np.asarray(crop.convert("L")).astype(np.uint16) * 256) if mode == "I;16" else crop
        image.convert(mode).save(folder / f"{number:03d}{SUFFIXES[mode]}")
    (folder / "cut.jpg").write_bytes((folder / "000.jpg").read_bytes()[:500])
    (folder / "text.png").write_text("hello")
    return folder


def second_example() -> list[str]:
    """Return the arguments of the second command block of the README."""
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    command, *arguments = str(blocks[1]).split()
    assert command == "al-core"
    return arguments


def test_the_second_example_of_the_readme_ends_in_a_dataset_that_explore_shows(
    page: Page, home: Path, photos: Path
) -> None:
    environment = os.environ | {"AL_CORE_HOME": str(home), "HOME": str(photos.parent)}
    arguments = [argument.replace("~", environment["HOME"]) for argument in second_example()]
    command = [sys.executable, "-m", "al_core.commands.main", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, f"Dataset 'photos' has {N_MIXED} samples.\n"), ended.stderr
    assert "2 files could not be read and were left out:" in ended.stderr

    page.goto("/explore")
    expect_explored(page, N_MIXED)
    page.get_by_text("more histograms").click()
    for name in ("width", "height", "file_size", "sharpness", "brightness", "signal_to_noise"):
        expect(page.locator(".histogram").filter(has_text=name)).to_have_count(1)


def expect_explored(page: Page, n_samples: int) -> None:
    """Wait until the map, the count and all thumbnails of a dataset are there."""
    page.locator(f".map[data-ready='{n_samples}']").wait_for()
    expect(page.get_by_text(f"{n_samples} of {n_samples} images", exact=True)).to_be_visible()
    expect(page.locator(".thumbnails button")).to_have_count(n_samples)
    page.wait_for_function(
        """n => {
          const roots = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)];
          const images = roots.flatMap((root) => [...root.querySelectorAll(".thumbnails img")]);
          images.forEach((image) => { image.loading = "eager"; });
          return images.length === n && images.every((image) => image.complete && image.naturalWidth > 1);
        }""",
        arg=n_samples,
    )


def test_the_page_shows_progress_stops_resumes_and_lists_broken_files(
    page: Page, home: Path, tmp_path: Path, wait_until_idle: Callable[[], None]
) -> None:
    folder = many_images(tmp_path)
    page.goto("/datasets")
    page.get_by_role("tab", name="A folder on this machine").click()
    for label, text in (("Folder with the images", str(folder)), ("Name of the dataset", "many")):
        field = page.get_by_role("textbox", name=label, exact=True)
        field.fill(text)
        field.press("Enter")
        wait_until_idle()
    start = page.get_by_role("button", name="Embed the images")
    expect(start).to_be_enabled()
    press_button(page, "Embed the images")
    expect(page.get_by_text(re.compile(r"“many” · [\d,]+ of 12,002 images · [\d,]+ images/s · about"))).to_be_visible()
    press_button(page, "Cancel")
    expect(page.get_by_text("was stopped. Start it again to resume where it stopped.")).to_be_visible()

    n_kept = keep_few_unfinished(folder, home)
    press_button(page, "Embed the images")
    expect(page.get_by_text(f"“many” is ready: {n_kept:,} images.")).to_be_visible()
    wait_until_idle()
    page.get_by_text("2 files could not be read and were left out").click()
    expect(page.get_by_text(f"{folder / '00000.png'} cannot be read: its content is not an image")).to_be_visible()
    press_button(page, "Look at them")
    page.locator(f".map[data-ready='{n_kept}']").wait_for()


def many_images(tmp_path: Path) -> Path:
    """Return a folder of more images than are embedded before somebody clicks, and two broken ones."""
    folder = tmp_path / "many"
    folder.mkdir()
    colors = [tmp_path / f"{number}.png" for number in range(8)]
    for number, path in enumerate(colors):
        Image.new("RGB", (32, 32), (30 * number, 200, 0)).save(path)
    for name in ("00000.png", "00001.png"):
        (folder / name).write_text("hello")
    for number in range(N_MANY):
        (folder / f"{number + 2:05d}.png").symlink_to(colors[number % len(colors)])
    return folder


def keep_few_unfinished(folder: Path, home: Path) -> int:
    """Take most of what is unfinished away, break a finished file, which is not read again, and count the good ones."""
    names = sorted(path.name for path in folder.iterdir())[2:]
    unfinished = Checkpoint(home / "embedding-runs", FolderImages(folder), load_model()).unfinished(names)
    assert 0 < len(unfinished) < N_MANY
    for name in unfinished[N_LEFT:]:
        (folder / name).unlink()
    finished = folder / names[0]
    facts = finished.stat()
    finished.unlink()
    finished.write_bytes(bytes(facts.st_size))
    os.utime(finished, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    return N_MANY - len(unfinished) + N_LEFT
