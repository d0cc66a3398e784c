"""How much of the model's own throughput remains when it shares the cores with the decoding of image files.

For each kind of file: milliseconds of one core per image for the model alone on pixels in memory, for reading alone
(decoding, reducing, measuring), and for both together as `embed` runs them on all cores, with images per second for the
latter. Reading uses the same cores as the model, so `possible` is the share of the model's own throughput that a
pipeline without any loss reaches: model / (model + reading). The figures are processor time, not elapsed time, so that
other programs disturb them little; on an idle machine no core idles if images per second times `both` is near 1000 for
each core.
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
from al_core.geometry.threads import n_cores

N_IMAGES = 160
ROUNDS = 5
KINDS = {
    "256 × 256 JPEG": (256, 256),
    "320 × 240 JPEG": (320, 240),
    "640 × 480 JPEG": (640, 480),
    "4000 × 3000 JPEG": (4000, 3000),
}
FILES = 16


def write_images(folder: Path, size: tuple[int, int]) -> list[Path]:
    """Return `FILES` different crops of scikit-learn's two photographs, repeated up to `N_IMAGES`."""
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


def times(work: Callable[[], object], n_images: int) -> tuple[float, float]:
    """Return milliseconds per image, of one core and elapsed."""
    clock_start = time.perf_counter()
    cores_start = time.process_time()
    work()
    cores = time.process_time() - cores_start
    clock = time.perf_counter() - clock_start
    return 1000 * cores / n_images, 1000 * clock / n_images


def measure_kind(model: EmbeddingModel, paths: list[Path]) -> tuple[float, float, float, float]:
    """Return milliseconds of one core per image for model, reading and both, and the elapsed ones of both.

    Each is the median of alternating rounds.
    """
    size = model.preprocessing.size
    pixels = decode(paths[0], size).pixels[None]
    works: tuple[Callable[[], object], ...] = (
        lambda: on_all_cores(lambda _: model.run(pixels), paths),
        lambda: on_all_cores(lambda path: decode(path, size), paths),
        lambda: list(embed(paths, model)),
    )
    rounds = [[times(work, len(paths)) for work in works] for _ in range(ROUNDS + 1)][1:]
    model_ms, read_ms, both_ms = (statistics.median(one[place][0] for one in rounds) for place in range(3))
    return model_ms, read_ms, both_ms, statistics.median(one[2][1] for one in rounds)


def main() -> None:
    model = load_model()
    print(f"{model.name}, {model.runtime}, {n_cores()} cores; milliseconds of one core, median of {ROUNDS} rounds")
    print(f"{'files':18}{'KB':>6}{'model':>8}{'reading':>9}{'both':>8}{'of model':>10}{'possible':>10}{'images/s':>10}")
    for kind, size in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            paths = write_images(Path(folder), size)
            kilobytes = statistics.mean(path.stat().st_size for path in paths) / 1000
            model_ms, read_ms, both_ms, clock_ms = measure_kind(model, paths)
        print(
            f"{kind:18}{kilobytes:6.0f}{model_ms:8.2f}{read_ms:9.2f}{both_ms:8.2f}{model_ms / both_ms:10.0%}"
            f"{model_ms / (model_ms + read_ms):10.0%}{1000 / clock_ms:10.0f}"
        )


if __name__ == "__main__":
    main()
