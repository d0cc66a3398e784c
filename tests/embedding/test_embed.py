import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from al_core.embedding import BrokenImage, EmbeddedImage, embed, load_model
from al_core.exceptions import InvalidInputError
from tests.embedding.models import mean_color


def write_grays(folder: Path, levels: list[int]) -> list[Path]:
    paths = [folder / f"{level}.png" for level in levels]
    for path, level in zip(paths, levels, strict=True):
        Image.new("L", (16, 16), level).save(path)
    return paths


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_embeddings_come_in_the_order_of_the_files(tmp_path: Path, workers: int) -> None:
    levels = list(range(120, 0, -1))
    results = embed(write_grays(tmp_path, levels), load_model(mean_color), workers=workers)
    assert [result.embedding.tolist() for result in results if isinstance(result, EmbeddedImage)] == [
        [level] * 3 for level in levels
    ]


def test_broken_files_keep_their_place_and_say_why(tmp_path: Path) -> None:
    first, broken, last = write_grays(tmp_path, [1, 2, 3])
    broken.write_bytes(b"")
    missing = tmp_path / "missing.png"
    results = list(embed([first, broken, missing, last], load_model(mean_color)))
    assert [result.path for result in results] == [first, broken, missing, last]
    assert [result.path for result in results if isinstance(result, BrokenImage)] == [broken, missing]
    assert isinstance(results[1], BrokenImage)
    assert results[1].reason == f"{broken} cannot be read: its content is not an image of a known format"


def test_files_that_are_all_broken_never_reach_the_model(tmp_path: Path) -> None:
    def refuse(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        raise AssertionError

    assert isinstance(next(embed([tmp_path / "missing.png"], load_model(refuse))), BrokenImage)


def test_an_embedding_with_nan_is_broken(tmp_path: Path) -> None:
    results = embed(write_grays(tmp_path, [1]), load_model(lambda images: np.full((len(images), 2), np.nan)))
    assert "NaN or infinite" in next(iter(results)).reason  # type: ignore[union-attr]  # it is a BrokenImage


def test_a_model_that_gives_one_number_for_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"returned shape \(\) for 2 images"):
        list(embed(write_grays(tmp_path, [1, 2]), load_model(lambda images: images.mean())))


def test_the_bundled_model_gives_the_same_numbers_from_any_thread(tmp_path: Path) -> None:
    paths = write_grays(tmp_path, [10, 200]) * 4
    alone, shared = (
        np.stack([one.embedding for one in embed(paths, load_model(), workers=n)])  # type: ignore[union-attr]  # none is broken
        for n in (1, 4)
    )
    assert alone.shape == (8, 1280)
    assert (alone == shared).all()


def test_closing_it_stops_the_work(tmp_path: Path) -> None:
    paths = write_grays(tmp_path, [1]) * 10_000
    results = embed(paths, load_model(mean_color), workers=2)
    next(results)
    results.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("embed")]
