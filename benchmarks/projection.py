"""Claim: the map of an embedding is ready several times faster than umap-learn's, and as trustworthy.

`python -m benchmarks.projection` lays out 10,000 rows of Fashion-MNIST (Debian package dataset-fashion-mnist), each
side in a new process after one warm-up run. `--rows 60000` takes all of it, `--synthetic` takes 1,000,000 x 128 rows
without a peer.

The clock starts when the process has read the rows, so importing and loading compiled code count. Fails when al_core's
UMAP exceeds the limit for its size, or is less trustworthy than umap-learn's by more than 0.01.
"""

import argparse
import gzip
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

IMAGES = Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
JUDGED_ROWS = 10_000
SECONDS = {10_000: 8, 60_000: 35, 1_000_000: 480}
WORSE_BY = 0.01


def read_images(n_rows: int) -> NDArray[np.float32]:
    if not IMAGES.exists():
        sys.exit(f"{IMAGES} is missing: apt install dataset-fashion-mnist, or pass --synthetic")
    pixels = np.frombuffer(gzip.decompress(IMAGES.read_bytes())[16:], np.uint8).reshape(-1, 784)
    images = pixels[:n_rows].astype(np.float32)
    unit: NDArray[np.float32] = images / np.linalg.norm(images, axis=1, keepdims=True)
    return unit


def clusters(n_rows: int) -> NDArray[np.float32]:
    """Points on 200 curved sheets in 128 dimensions."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(200, 128))
    frames = rng.normal(size=(200, 8, 128)) / 8
    rows = np.empty((n_rows, 128), np.float32)
    for sheet, part in enumerate(np.array_split(np.arange(n_rows), 200)):
        places = rng.uniform(-2, 2, size=(len(part), 4))
        bent = np.hstack([places, np.sin(2 * places)])
        rows[part] = centers[sheet] + bent @ frames[sheet] + rng.normal(scale=0.02, size=(len(part), 128))
    return rows


def al_core_pca(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    from al_core.projection.pca import pca_2d

    return pca_2d(rows)


def al_core_umap(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    from al_core.projection.umap import umap_2d

    return umap_2d(rows, seed=0)


def umap_learn(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    import umap

    points: NDArray[np.float32] = umap.UMAP(random_state=0).fit_transform(rows)
    return points


def lightly_mundig(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    from lightly_mundig import TwoDimEmbedding

    return np.asarray(TwoDimEmbedding(rows).calculate_2d_embedding(), np.float32)


SIDES = {side.__name__: side for side in (al_core_pca, al_core_umap, umap_learn, lightly_mundig)}


def installed_sides() -> list[str]:
    """lightly-mundig is not a requirement of the app."""
    return [name for name in SIDES if name != "lightly_mundig" or find_spec(name)]


def run_side(name: str, data: Path, result: Path) -> None:
    """Child process: lay out the rows in `data`, write the points to `result`, print the seconds."""
    rows = np.load(data)
    start, cpu_start = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # umap-learn warns that a seed makes it single-threaded
        points = SIDES[name](rows)
    np.save(result, points)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(time.perf_counter() - start, time.process_time() - cpu_start, peak)


def measure(name: str, data: Path, result: Path) -> list[float]:
    """Return seconds, processor seconds and GB of memory; on a busy machine, compare only processor seconds."""
    command = [sys.executable, "-m", "benchmarks.projection", "--side", name, str(data), str(result)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(number) for number in output.split()[-3:]]


def trustworthiness(rows: NDArray[np.float32], points: NDArray[np.float32]) -> float:
    """Return scikit-learn's value, k = 15, for at most 10,000 random rows: it needs all distances at once."""
    from sklearn.manifold import trustworthiness

    judged = np.random.default_rng(0).permutation(len(rows))[:JUDGED_ROWS]
    return float(trustworthiness(rows[judged], points[judged], n_neighbors=15))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--synthetic", action="store_true")
    parser.add_argument("--sides", nargs="+", choices=SIDES)
    parser.add_argument("--side", nargs=3, metavar=("NAME", "DATA", "RESULT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        run_side(options.side[0], Path(options.side[1]), Path(options.side[2]))
        return
    rows = clusters(options.rows or 1_000_000) if options.synthetic else read_images(options.rows or 10_000)
    sides = options.sides or (["al_core_pca", "al_core_umap"] if options.synthetic else installed_sides())
    failures = compare(rows, sides)
    if failures:
        sys.exit("\n".join(failures))


def compare(rows: NDArray[np.float32], sides: list[str]) -> list[str]:
    """Print what each side takes and how good it is; return what fails."""
    seconds, trust = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        data, result = Path(folder, "rows.npy"), Path(folder, "points.npy")
        np.save(data, rows[:1_000])
        for name in sides:
            measure(name, data, result)
        np.save(data, rows)
        print(f"{len(rows):,} x {rows.shape[1]}\n{'side':<16}{'seconds':>9}{'cpu':>9}{'GB':>7}{'trustworthiness':>17}")
        for name in sides:
            seconds[name], cpu_seconds, peak = measure(name, data, result)
            trust[name] = trustworthiness(rows, np.load(result))
            print(
                f"{name:<16}{seconds[name]:>9.1f}{cpu_seconds:>9.1f}{peak:>7.2f}{trust[name]:>17.4f}",
                flush=True,
            )
    failures = []
    if seconds.get("al_core_umap", 0) > SECONDS.get(len(rows), np.inf):
        failures.append(f"al_core_umap took {seconds['al_core_umap']:.1f} s, limit {SECONDS[len(rows)]} s")
    if {"al_core_umap", "umap_learn"} <= set(trust) and trust["al_core_umap"] < trust["umap_learn"] - WORSE_BY:
        failures.append("al_core_umap is less trustworthy than umap_learn by more than 0.01")
    return failures


if __name__ == "__main__":
    main()
