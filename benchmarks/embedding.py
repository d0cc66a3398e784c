"""How much of the model's own throughput is left when images come from files: decoding and model share the cores.

For each kind of file: images per second of the model alone on pixels in memory, of reading alone (decoding, reducing,
measuring), and of both together as `embed` runs them, on all cores. Reading takes time on the same cores as the model,
so `possible` is what a pipeline without any loss reaches: 1 / (1 / model + 1 / reading).
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_images

from al_core.embedding import EmbeddingModel, decode, embed, load_model
from al_core.threads import n_cores

N_IMAGES = 160
ROUNDS = 5
KINDS = {"256 × 256 JPEG": (256, 256), "640 × 480 JPEG": (640, 480), "4000 × 3000 JPEG": (4000, 3000)}
FILES = 16


def write_images(folder: Path, size: tuple[int, int]) -> list[Path]:
    """Return `FILES` different photographs, crops of scikit-learn's two, often enough for `N_IMAGES`."""
    rng = np.random.default_rng(0)
    photos = [Image.fromarray(photo) for photo in load_sample_images().images]
    paths = []
    for number in range(FILES):
        photo = photos[number % 2]
        left, top = rng.integers(0, 100, 2).tolist()
        path = folder / f"{number}.jpg"
        photo.crop((left, top, left + 500, top + 327)).resize(size, Image.Resampling.BICUBIC).save(path, quality=90)
        paths.append(path)
    return paths * (N_IMAGES // FILES)


def on_all_cores(work: Callable[[Path], object], paths: list[Path]) -> None:
    with ThreadPoolExecutor(n_cores()) as pool:
        list(pool.map(work, paths))


def images_per_second(work: Callable[[], object], n_images: int) -> float:
    started = time.perf_counter()
    work()
    return n_images / (time.perf_counter() - started)


def measure_kind(model: EmbeddingModel, paths: list[Path]) -> tuple[float, float, float]:
    """Return images per second of model, reading and both: medians of rounds that take turns."""
    size = model.preprocessing.size
    pixels = decode(paths[0], size).pixels[None]
    rounds = [
        (
            images_per_second(lambda: on_all_cores(lambda _: model.run(pixels), paths), len(paths)),
            images_per_second(lambda: on_all_cores(lambda path: decode(path, size), paths), len(paths)),
            images_per_second(lambda: list(embed(paths, model)), len(paths)),
        )
        for _ in range(ROUNDS + 1)
    ][1:]
    model_speed, read_speed, speed = (statistics.median(column) for column in zip(*rounds, strict=True))
    return model_speed, read_speed, speed


def main() -> None:
    model = load_model()
    print(f"{model.name}, {model.runtime}, {n_cores()} cores; images per second, median of {ROUNDS} rounds")
    print(f"{'files':18}{'model':>8}{'reading':>9}{'both':>8}{'possible':>10}{'of model':>10}{'of possible':>13}")
    for kind, size in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            model_speed, read_speed, speed = measure_kind(model, write_images(Path(folder), size))
        possible = 1 / (1 / model_speed + 1 / read_speed)
        print(
            f"{kind:18}{model_speed:8.0f}{read_speed:9.0f}{speed:8.0f}{possible:10.0f}"
            f"{speed / model_speed:10.0%}{speed / possible:13.0%}"
        )


if __name__ == "__main__":
    main()
