import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from al_core.embedding import load_model
from al_core.embedding.checkpoint import embed_folder
from al_core.exceptions import ALCoreWarning, AlreadyExistsError, Cancelled, InvalidInputError
from al_core.types import Progress
from tests.embedding.models import CountingMeanColor
from tests.patience import PATIENCE

N_IMAGES = 12
FILENAMES = [f"{number:02d}.png" for number in range(N_IMAGES)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number, name in enumerate(FILENAMES):
        Image.new("L", (16, 16), number).save(folder / name)
    return folder


def cancel_after(n_images: int) -> Progress:
    def progress(done: int, total: int) -> None:
        if done == n_images:
            raise Cancelled("stop")

    return progress


def stop_after(folder: Path, runs: Path, n_images: int) -> None:
    with (
        pytest.raises(Cancelled),
        embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), runs, progress=cancel_after(n_images)),
    ):
        pass


def test_an_interrupted_run_resumes_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    stop_after(folder, tmp_path / "runs", 5)
    model = CountingMeanColor()
    with embed_folder(folder, FILENAMES, load_model(model), tmp_path / "runs") as images:
        assert images.filenames == FILENAMES
        assert images.embeddings[:, 0].tolist() == list(range(N_IMAGES))
        assert images.metadata["brightness"].tolist() == list(range(N_IMAGES))
    assert model.n_shown == N_IMAGES - 5


def flip_a_byte(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], flip_a_byte, lambda _: b"", lambda _: b"PK", lambda _: bytes(100)]
)
def test_the_images_of_a_damaged_part_are_embedded_again(
    folder: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    for n_images in (5, 3):
        stop_after(folder, tmp_path / "runs", n_images)
    first, second = sorted((tmp_path / "runs").rglob("*.npz"))
    first.write_bytes(damage(first.read_bytes()))
    model = CountingMeanColor()
    with embed_folder(folder, FILENAMES, load_model(model), tmp_path / "runs") as images:
        assert images.embeddings[:, 0].tolist() == list(range(N_IMAGES))
        assert not first.exists()
        assert second.exists()
    assert model.n_shown == N_IMAGES - 3


def test_a_file_that_changed_since_is_embedded_again(folder: Path, tmp_path: Path) -> None:
    stop_after(folder, tmp_path / "runs", 5)
    Image.new("L", (20, 20), 99).save(folder / FILENAMES[1])
    os.utime(folder / FILENAMES[1], ns=(1, 1))
    with embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), tmp_path / "runs") as images:
        assert images.embeddings[:3, 0].tolist() == [0, 99, 2]
        assert images.metadata["width"][:3].tolist() == [16, 20, 16]


def test_progress_counts_what_this_run_has_to_do(folder: Path, tmp_path: Path) -> None:
    stop_after(folder, tmp_path / "runs", 5)
    seen: list[tuple[int, int]] = []
    with embed_folder(
        folder, FILENAMES, load_model(CountingMeanColor()), tmp_path / "runs", progress=lambda *pair: seen.append(pair)
    ):
        pass
    assert seen == [(done, 7) for done in range(1, 8)]


def test_what_was_finished_is_kept_until_the_block_has_ended_well(folder: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with (
        pytest.raises(OSError, match="disk full"),
        embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), runs),
    ):
        raise OSError("disk full")
    assert list(runs.rglob("*.npz"))
    with embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), runs):
        pass
    assert not list(runs.iterdir())


def test_a_second_run_waits_for_the_first_and_then_learns_that_nothing_is_left(folder: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    waits = Event()
    shown: list[int] = []

    def progress(done: int, total: int) -> None:
        shown.append(done)
        waits.set()

    def is_stored() -> None:
        raise AlreadyExistsError("stored by the first")

    def run_second() -> None:
        model = load_model(CountingMeanColor())
        with embed_folder(folder, FILENAMES, model, runs, progress=progress, check=is_stored):
            pass

    with ThreadPoolExecutor() as pool:
        with embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), runs):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ALCoreWarning)
                second = pool.submit(run_second)
                assert waits.wait(PATIENCE)
            assert list(runs.rglob("*.npz"))
        with pytest.raises(AlreadyExistsError, match="stored by the first"):
            second.result(PATIENCE)
    assert set(shown) == {0}
    assert list(runs.iterdir()) == []


def test_a_run_that_waits_says_why_and_can_be_canceled(folder: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), runs):
        with pytest.warns(ALCoreWarning, match="being embedded with the same model already; this run waits"):
            stop_after(folder, runs, 0)
        assert list(runs.rglob("*.npz"))


def test_broken_files_are_left_out_and_listed(folder: Path, tmp_path: Path) -> None:
    (folder / FILENAMES[3]).write_bytes(b"broken")
    with embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), tmp_path / "runs") as images:
        assert images.filenames == FILENAMES[:3] + FILENAMES[4:]
        assert [broken.path.name for broken in images.broken] == [FILENAMES[3]]


def test_only_broken_files_are_an_error_that_shows_the_first(folder: Path, tmp_path: Path) -> None:
    for name in FILENAMES:
        (folder / name).write_bytes(b"")
    with (
        pytest.raises(InvalidInputError, match=r"none of the 12 images .* can be read: .*00\.png"),
        embed_folder(folder, FILENAMES, load_model(CountingMeanColor()), tmp_path / "runs"),
    ):
        pass


def test_a_file_whose_name_is_not_utf_8_is_left_out_and_named(folder: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (folder / FILENAMES[0]).rename(folder / name)
    with embed_folder(folder, [*FILENAMES[1:], name], load_model(CountingMeanColor()), tmp_path / "runs") as images:
        assert images.filenames == FILENAMES[1:]
    assert [image.reason for image in images.broken] == [r"caf\udce9.png has a name that is not UTF-8; rename the file"]


@pytest.mark.parametrize("name", ["a\tb.png", "a\nb.png", "a\x85b.png"])
def test_a_file_whose_name_no_file_of_labels_can_hold_is_left_out_and_named(
    folder: Path, tmp_path: Path, name: str
) -> None:
    (folder / FILENAMES[0]).rename(folder / name)
    with embed_folder(folder, [*FILENAMES[1:], name], load_model(CountingMeanColor()), tmp_path / "runs") as images:
        assert images.filenames == FILENAMES[1:]
    assert [image.reason for image in images.broken] == [f"{name!a} holds control characters; rename the file"]
