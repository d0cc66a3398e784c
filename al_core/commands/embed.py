import argparse
import sys
import time
from pathlib import Path

from al_core.types import Progress

SUMMARY = "Make a dataset from a folder of images; a run that was stopped goes on where it was."
SECONDS_PER_LINE = 0.2
BROKEN_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core embed`."""
    parser.add_argument("images_dir", metavar="IMAGES_DIR", type=Path, help="folder; images below it are found too")
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name of the new dataset")
    parser.add_argument(
        "--model",
        default="efficientnet-lite0",
        help="efficientnet-lite0 (comes along), FILE.onnx, timm:NAME, torchvision:NAME, open_clip:NAME/WEIGHTS, "
        "or python:MODULE:FUNCTION",
    )
    parser.add_argument("--workspace", type=Path, metavar="FOLDER", help="by default AL_CORE_HOME or ~/.al_core")


def run(arguments: argparse.Namespace) -> None:
    """Embed the folder, showing progress, and list what could not be read."""
    from al_core import workflow
    from al_core.store import Workspace

    with Workspace(arguments.workspace) as workspace:
        result = workflow.dataset_from_images(
            workspace, arguments.images_dir, arguments.dataset, model=arguments.model, progress=_printed_progress()
        )
        print(f"Dataset '{result.dataset.name}' has {result.dataset.n_samples:,} samples.")
    if result.broken:
        print(f"{len(result.broken):,} files could not be read and were left out:", file=sys.stderr)
    for image in result.broken[:BROKEN_SHOWN]:
        print(f"  {image.reason}", file=sys.stderr)
    if len(result.broken) > BROKEN_SHOWN:
        print(f"  … and {len(result.broken) - BROKEN_SHOWN:,} more", file=sys.stderr)


def _printed_progress() -> Progress:
    """Return a progress that rewrites one line in a terminal; elsewhere only the last line is written."""
    started = last = time.monotonic()
    is_terminal = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and (not is_terminal or now - last < SECONDS_PER_LINE):
            return
        last = now
        speed = done / max(now - started, 1e-9)
        line = f"{done:,} of {total:,} images, {speed:,.0f} images/s, {(total - done) / speed:,.0f} s left"
        print(f"\r{line:<70}" if is_terminal else line, end="\n" if done == total else "", file=sys.stderr, flush=True)

    return show
