import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from al_core.text import counted
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage

SUMMARY = "Make a dataset from a folder of images; a run that was stopped goes on where it was."
SECONDS_PER_LINE = 0.2
BROKEN_SHOWN = 20
WHERE_IMAGES_ARE = {
    "thumbnail": "Thumbnails of at most 192 pixels were sent; the images themselves stay in {folder}.",
    "full": "The images were sent as they are.",
    "none": "No image was sent; all stay in {folder}.",
}
"""What is sent to a server by `--images`, and how it is said at the end."""


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
    parser.add_argument("--server", metavar="URL", help="make the dataset there; the images are embedded here")
    parser.add_argument("--token", help="of the server, by default AL_CORE_TOKEN")
    parser.add_argument(
        "--images",
        choices=WHERE_IMAGES_ARE,
        default="thumbnail",
        help="what to send of each image; by default thumbnail",
    )


def run(arguments: argparse.Namespace) -> None:
    """Embed the folder, showing progress, and list what could not be read."""
    n_samples, broken = (_send if arguments.server else _store)(arguments)
    print(f"Dataset '{arguments.dataset}' has {counted(n_samples, 'sample')}.")
    if broken:
        print(f"{counted(len(broken), 'file')} could not be read and were left out:", file=sys.stderr)
    for image in broken[:BROKEN_SHOWN]:
        print(f"  {image.reason}", file=sys.stderr)
    if len(broken) > BROKEN_SHOWN:
        print(f"  … and {len(broken) - BROKEN_SHOWN:,} more", file=sys.stderr)


def _store(arguments: argparse.Namespace) -> "tuple[int, Sequence[BrokenImage]]":
    from al_core import workflow
    from al_core.store import Workspace

    with Workspace(arguments.workspace) as workspace:
        made = workflow.dataset_from_images(
            workspace, arguments.images_dir, arguments.dataset, model=arguments.model, progress=_printed_progress()
        )
    return made.dataset.n_samples, made.broken


def _send(arguments: argparse.Namespace) -> "tuple[int, Sequence[BrokenImage]]":
    from al_core.api import ApiWorkflowClient
    from al_core.embedding import list_images, load_model
    from al_core.embedding.checkpoint import embed_folder
    from al_core.store import Workspace

    folder = arguments.images_dir.expanduser().resolve()
    upload = ApiWorkflowClient(arguments.token, server=arguments.server).upload_to(arguments.dataset)
    filenames, model = list_images(folder), load_model(arguments.model)
    with Workspace(arguments.workspace) as workspace:
        runs = workspace.home / "embedding-runs"
    with embed_folder(folder, filenames, model, runs, progress=_printed_progress()) as images:
        upload.send_embeddings(images, model)
        upload.send_images(folder, images.filenames, arguments.images, _printed_progress("images sent"))
    print(WHERE_IMAGES_ARE[arguments.images].format(folder=folder))
    return len(images.filenames), images.broken


def _printed_progress(unit: str = "images") -> Progress:
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
        line = f"{done:,} of {total:,} {unit}, {speed:,.0f} images/s, {(total - done) / speed:,.0f} s left"
        print(f"\r{line:<70}" if is_terminal else line, end="\n" if done == total else "", file=sys.stderr, flush=True)

    return show
