import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from al_core.api.server.settings import Settings
from al_core.commands.main import main
from al_core.store import Workspace
from tests.api.conftest import api_server

Shell = Callable[..., Any]


@pytest.fixture(params=["here", "server"])
def shell(
    request: pytest.FixtureRequest,
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Shell]:
    """`shell("datasets")` returns what a command prints as JSON; `code=1` expects that exit code."""

    def run(place: list[str], *arguments: str, code: int = 0, stdin: str = "") -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        assert main([*arguments, "--json", *place]) == code
        return json.loads(capsys.readouterr().out)

    if request.param == "here":
        yield lambda *arguments, **options: run(["--workspace", str(workspace.home)], *arguments, **options)
        return
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "client"))
    monkeypatch.setenv("AL_CORE_TOKEN", workspace.tokens.create("cron"))
    with api_server(workspace, Settings(require_token=True)) as address:
        yield lambda *arguments, **options: run(["--server", address], *arguments, **options)


NAMES = [f"{row}.png" for row in range(6)]
PREDICTIONS = "filename,cat,dog\n" + "".join(
    f"{name},{0.5 + row / 20},{0.5 - row / 20}\n" for row, name in enumerate(NAMES)
)


@pytest.fixture
def images(shell: Shell) -> Shell:
    """A shell in which there is a dataset `animals` of `NAMES`, without anything about its images."""
    shell("create", "-", "--dataset", "animals", stdin="\n".join(NAMES))
    return shell


@pytest.fixture
def animals(images: Shell) -> Shell:
    """The same shell, in which the dataset has predictions."""
    images("predictions", "add", "-", "--dataset", "animals", "--name", "first", stdin=PREDICTIONS)
    return images


@pytest.fixture
def images_dir(tmp_path: Path) -> Path:
    """Mixed images: 12 good files, two of them equal and one a smaller copy, and two broken ones."""
    folder = tmp_path / "images"
    (folder / "more").mkdir(parents=True)
    china, flower = (Image.fromarray(photo) for photo in load_sample_images().images)
    china.save(folder / "china.jpg")
    china.save(folder / "more" / "china again.jpg")
    flower.save(folder / "flower.png")
    flower.resize((480, 320)).save(folder / "flower small.webp", quality=95)
    china.crop((0, 0, 200, 200)).convert("L").save(folder / "gray.png")
    china.crop((200, 0, 400, 200)).convert("P").save(folder / "palette.gif")
    flower.crop((0, 0, 99, 333)).convert("RGBA").save(folder / "alpha.png")
    flower.crop((300, 100, 500, 300)).convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64) * 16).save(folder / "sixteen bits.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    china.crop((300, 200, 640, 427)).save(folder / "rotated.jpg", exif=exif)
    Image.new("RGB", (1, 1)).save(folder / "dot.bmp")
    china.copy().save(folder / "pages.tif", save_all=True, append_images=[flower.copy()])
    (folder / "cut.jpg").write_bytes((folder / "china.jpg").read_bytes()[:5000])
    (folder / "text.png").write_text("hello")
    return folder
