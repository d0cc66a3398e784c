"""Reading large prediction files, compared with what people write by hand: pandas or json and a loop.

CSV of 200,000 × 100 probabilities against pandas with a loop over its rows, and COCO results with 1,000,000 boxes
against json with a loop over its entries. Each side runs in a separate process, so that the peak memory is its own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

N_ROWS, N_CLASSES = 200_000, 100
N_BOXES, N_IMAGES = 1_000_000, 50_000


def write_csv(path: Path) -> None:
    rng = np.random.default_rng(0)
    with path.open("w") as file:
        file.write("filename," + ",".join(f"class_{c}" for c in range(N_CLASSES)) + "\n")
        for start in range(0, N_ROWS, 10_000):
            rows = rng.dirichlet(np.ones(N_CLASSES), 10_000)
            for row, values in enumerate(rows, start):
                file.write(f"{row:06d}.jpg," + ",".join(map("{:.5f}".format, values.tolist())) + "\n")


def write_coco(path: Path) -> None:
    rng = np.random.default_rng(0)
    images, categories = rng.integers(0, N_IMAGES, N_BOXES).tolist(), rng.integers(1, 81, N_BOXES).tolist()
    boxes, scores = rng.uniform(1, 300, (N_BOXES, 4)).round(2).tolist(), rng.random(N_BOXES).round(4).tolist()
    columns = zip(images, categories, boxes, scores, strict=True)
    keys = ("image_id", "category_id", "bbox", "score")
    path.write_text(json.dumps([dict(zip(keys, row, strict=True)) for row in columns]))


def ours(path: str) -> int:
    from al_core.formats import read_predictions

    return len(read_predictions(Path(path)))


def by_pandas(path: str) -> int:
    import pandas as pd

    found = {row.iloc[0]: row.iloc[1:].to_numpy(np.float32) for _, row in pd.read_csv(path).iterrows()}
    return len(found)


def by_json(path: str) -> int:
    from al_core.utils import BoundingBox, ObjectDetectionOutput

    with open(path) as file:
        entries = json.load(file)
    by_image = defaultdict(list)
    for entry in entries:
        by_image[entry["image_id"]].append(entry)
    outputs = []
    for found in by_image.values():
        boxes = [BoundingBox(x / 700, y / 700, (x + w) / 700, (y + h) / 700) for x, y, w, h in _boxes(found)]
        labels = [entry["category_id"] for entry in found]
        outputs.append(ObjectDetectionOutput.from_scores(boxes, [entry["score"] for entry in found], labels))
    return len(outputs)


def _boxes(found: list[dict[str, Any]]) -> list[list[float]]:
    return [entry["bbox"] for entry in found]


def measured(side: str, path: Path) -> tuple[float, float]:
    """Return seconds and MB of peak memory beyond an empty interpreter's, measured in a separate process."""
    command = [sys.executable, "-m", "benchmarks.formats", side, str(path)]
    seconds, megabytes = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def run_side(side: str, path: str) -> None:
    if side in WRITE:
        return WRITE[side](Path(path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    SIDES[side](path)
    seconds = time.perf_counter() - started
    print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def main() -> None:
    cases = {
        "CSV 200,000 × 100": ("csv", "write_csv", "by_pandas"),
        "COCO 1,000,000 boxes": ("json", "write_coco", "by_json"),
    }
    with tempfile.TemporaryDirectory() as folder:
        for title, (suffix, write, other) in cases.items():
            path = Path(folder) / f"predictions.{suffix}"
            # In a separate process too: a child inherits the peak memory that its parent had when it was started.
            subprocess.run([sys.executable, "-m", "benchmarks.formats", write, str(path)], check=True)
            (seconds, megabytes), (their_seconds, their_megabytes) = measured("ours", path), measured(other, path)
            print(
                f"{title}: {seconds:.2f} s, {megabytes:,.0f} MB · {other}: {their_seconds:.2f} s, "
                f"{their_megabytes:,.0f} MB · {their_seconds / seconds:.1f} times faster",
                flush=True,
            )


WRITE = {"write_csv": write_csv, "write_coco": write_coco}
SIDES = {"ours": ours, "by_pandas": by_pandas, "by_json": by_json}

if __name__ == "__main__":
    run_side(*sys.argv[1:]) if len(sys.argv) > 1 else main()
