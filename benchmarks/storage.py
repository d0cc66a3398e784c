"""Claim: arrays in a bucket are as fast as files once they are cached, and few rows of them need no whole array.

An embedding is stored on disk and in S3, spoken by moto in a process of its own on this machine: its times are those of
moto and the loopback, not of Amazon, so that requests and bytes count, which are printed beside them. Then a server's
part in a dataset of 100 million samples: filenames as an Arrow file, opened, looked up and searched, and masks.

`python -m benchmarks.storage [ROWS] [NAMES]`
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.objects.objects import ByteRange, Objects
from al_core.store import files
from al_core.store.array_cache import ArrayCache
from al_core.store.folder_storage import FolderStorage
from al_core.store.object_storage import ObjectStorage
from al_core.store.records import mask_to_rows, rows_to_mask
from al_core.store.storage import ArrayPlace, Storage

DIM = 128
N_ROWS_READ = 100
N_FILENAMES_FOUND = 1000
MOST_SLOWDOWN = 1.1
"""How much slower a pass over a cached array may be than over a local file: both are mapped files."""

DATASET = "0" * 24


@contextmanager
def s3() -> Iterator[None]:
    """Run moto in a process of its own, so that it takes no time from this one's interpreter."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.1)
        os.environ |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        yield
    finally:
        server.terminate()
        server.wait()


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def count_requests(objects: Objects) -> list[ByteRange]:
    """Return a list that every range which is read from then on is added to."""
    asked: list[ByteRange] = []
    read = objects.read_ranges

    def record(ranges: Sequence[ByteRange]) -> list[bytes]:
        asked.extend(ranges)
        return read(ranges)

    objects.read_ranges = record  # type: ignore[method-assign]  # to count
    return asked


def stored(storage: Storage, array: NDArray[np.float32], digest: str) -> ArrayPlace:
    """Store an array and return its place."""
    place = ArrayPlace(DATASET, "embedding", "1" * 24)
    parts = storage.write(place, array, digest)
    return ArrayPlace(DATASET, "embedding", "1" * 24, parts)


def passes(storage: Storage, place: ArrayPlace, digest: str) -> float:
    """Return the quickest of five passes over an array that is on this machine."""
    return min(seconds(lambda: np.asarray(storage.read(place, digest)).sum()) for _ in range(5))


def measure_arrays(folder: Path, n_rows: int) -> None:
    """Print what writing, fetching and reading an embedding take, on disk and in a bucket."""
    array = np.random.default_rng(0).standard_normal((n_rows, DIM), np.float32)
    digest = files.array_digest(array)
    rows = np.sort(np.random.default_rng(1).choice(n_rows, N_ROWS_READ, replace=False))
    local = FolderStorage(folder / "local")
    local_place = ArrayPlace(DATASET, "embedding", "1" * 24)
    print(f"{n_rows:,} x {DIM} float32, {array.nbytes / 1e6:,.0f} MB")
    print(f"  disk: written in {seconds(lambda: stored(local, array, digest)):.2f} s")
    objects = Objects("s3://bench/arrays")
    objects._fs.mkdir("bench")
    bucket = ObjectStorage(objects, ArrayCache(folder / "cache", 10**12))
    start = time.perf_counter()
    place = stored(bucket, array, digest)
    print(f"  bucket: written in {time.perf_counter() - start:.2f} s, {len(place.parts)} parts, with the cached copy")
    for path in (folder / "cache").glob("*"):
        path.unlink()
    asked = count_requests(objects)
    by_ranges = seconds(lambda: bucket.read_rows(place, digest, array.shape, rows))
    n_bytes = sum(one.end - one.start for one in asked)
    print(f"  {N_ROWS_READ} scattered rows by {len(asked)} ranges: {by_ranges:.2f} s, {n_bytes / 1e6:.2f} MB")
    asked.clear()
    whole = seconds(lambda: bucket.read(place, digest))
    n_bytes = sum(one.end - one.start for one in asked)
    print(f"  whole, fetched and compared with its digest: {whole:.2f} s, {n_bytes / 1e6:,.0f} MB")
    cached = seconds(lambda: bucket.read_rows(place, digest, array.shape, rows))
    print(f"  {N_ROWS_READ} rows of the cached array: {1000 * cached:.1f} ms")
    on_disk = passes(local, local_place, digest)
    in_cache = passes(bucket, place, digest)
    print(f"  a pass over all of it: {1000 * on_disk:.0f} ms on disk, {1000 * in_cache:.0f} ms in the cache")
    assert in_cache <= MOST_SLOWDOWN * on_disk + 0.005, "the cache is slower than a file"


def names_of(n_names: int) -> Any:
    """Return made-up filenames as an Arrow array."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pc.cast(pa.array(np.arange(n_names)), pa.large_string())
    before, behind, nothing = (pa.scalar(text, pa.large_string()) for text in ("camera/", ".jpg", ""))
    return pc.binary_join_element_wise(before, numbers, behind, nothing)


def measure_names(folder: Path, n_names: int) -> None:
    """Print what one server needs for the filenames and masks of a large dataset."""
    import pyarrow as pa
    import pyarrow.compute as pc

    path = folder / "filenames.arrow"
    names = names_of(n_names)
    wanted = names.take(np.random.default_rng(2).choice(n_names, N_FILENAMES_FOUND))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, pa.schema([("filename", names.type)])) as writer:
        writer.write_table(pa.table({"filename": names}))
    del names
    print(f"{n_names:,} filenames, {path.stat().st_size / 1e9:.2f} GB")
    print(f"  opened in {1000 * seconds(lambda: files.read_filenames(path)):.0f} ms")
    column = files.read_filenames(path)
    some = np.sort(np.random.default_rng(3).choice(n_names, N_ROWS_READ))
    print(f"  {N_ROWS_READ} of them by row: {1000 * seconds(lambda: column.take(some)):.1f} ms")
    duration = seconds(lambda: pc.index_in(wanted, value_set=column))
    print(f"  rows of {N_FILENAMES_FOUND:,} names: {duration:.1f} s")
    print(f"  peak memory of this process until here: {peak_gigabytes():.1f} GB")
    chosen = np.arange(0, n_names, 100)
    mask = rows_to_mask(chosen, n_names)
    packing = seconds(lambda: rows_to_mask(chosen, n_names))
    unpacking = seconds(lambda: mask_to_rows(mask))
    print(
        f"a mask of {len(chosen):,} of {n_names:,}: {len(mask) / 1e6:.1f} MB, {packing:.2f} s to it, "
        f"{unpacking:.2f} s back"
    )


def peak_gigabytes() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    """Measure both."""
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    n_names = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    with tempfile.TemporaryDirectory() as folder, s3():
        measure_arrays(Path(folder), n_rows)
        measure_names(Path(folder), n_names)


if __name__ == "__main__":
    main()
