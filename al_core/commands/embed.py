import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from al_core.commands.shell import add_cluster, add_workspace, path_argument
from al_core.commands.terminal import printed_progress
from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError
from al_core.objects.address import check_address, is_address
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage
    from al_core.store import LocalDataset, Workspace

SUMMARY = (
    "Create a dataset from a folder of images, or add new ones; an interrupted run resumes where it stopped, and one "
    "of the same folder by the same model is left as it is."
)
BUNDLED = "efficientnet-lite0"
BROKEN_SHOWN = 20
"""Unreadable files that are listed; of the others only the number is printed."""

WHERE_IMAGES_ARE = {
    "thumbnail": "Thumbnails of at most 192 pixels were sent; the images themselves stay in {folder}.",
    "full": "The images were sent as they are.",
    "none": "No image was sent; all stay in {folder}.",
}
"""The choices of `--images`, with the sentence that is printed at the end."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core embed`."""
    parser.add_argument(
        "images_dir",
        metavar="IMAGES_DIR",
        # Checked as a path, and kept as a text: it may be an address.
        type=lambda text: text if is_address(text) else str(path_argument(text)),
        help="folder of images, searched with its subfolders, or an address such as s3://bucket/images",
    )
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name of the new dataset")
    parser.add_argument(
        "--append",
        action="store_true",
        help="add images that have come into the folder since to an existing dataset; only those are embedded",
    )
    parser.add_argument(
        "--model",
        help="efficientnet-lite0 (bundled, the default), FILE.onnx, timm:NAME, torchvision:NAME, "
        "open_clip:NAME/WEIGHTS, or python:MODULE:FUNCTION",
    )
    add_workspace(parser)
    parser.add_argument(
        "--server", metavar="URL", help="server that gets the dataset; images are embedded on this machine"
    )
    parser.add_argument("--token", help="token for the server; by default AL_CORE_TOKEN")
    parser.add_argument(
        "--images",
        choices=WHERE_IMAGES_ARE,
        default="thumbnail",
        help="what to send of each image to the server; by default thumbnail",
    )
    add_cluster(parser)


def run(arguments: argparse.Namespace) -> None:
    """Embed the folder, show progress, and list the files that could not be read."""
    if arguments.append and arguments.server:
        raise InvalidInputError("--append adds to a dataset of this machine; leave --server out")
    if arguments.append:
        n_samples, broken = _append(arguments)
    elif arguments.server:
        n_samples, broken = _send(arguments)
    else:
        n_samples, broken = _store(arguments)
    print(f"Dataset '{arguments.dataset}' has {counted(n_samples, 'sample')}.")
    _print_broken(broken)


def _print_broken(broken: "Sequence[BrokenImage]") -> None:
    if broken:
        were = "was" if len(broken) == 1 else "were"
        print(f"{counted(len(broken), 'file')} could not be read and {were} left out:", file=sys.stderr)
    for image in broken[:BROKEN_SHOWN]:
        print(f"  {image.reason}", file=sys.stderr)
    if len(broken) > BROKEN_SHOWN:
        print(f"  … and {len(broken) - BROKEN_SHOWN:,} more", file=sys.stderr)


def _store(arguments: argparse.Namespace) -> "tuple[int, Sequence[BrokenImage]]":
    from al_core import workflow
    from al_core.store import Workspace

    option = arguments.model or BUNDLED
    with Workspace(arguments.workspace) as workspace:
        present = _present(workspace, arguments.dataset, arguments.images_dir, option)
        if present is None:
            try:
                result = workflow.dataset_from_images(
                    workspace,
                    arguments.images_dir,
                    arguments.dataset,
                    model=option,
                    progress=printed_progress("images"),
                    cluster=arguments.cluster,
                )
            except AlreadyExistsError:
                # Of two equal runs at once the other one was first: then there is nothing left to do.
                present = _present(workspace, arguments.dataset, arguments.images_dir, option)
                if present is None:
                    raise
            else:
                return result.dataset.n_samples, result.broken
        _print_new(workspace, present)
        return present.n_samples, ()


def _present(workspace: "Workspace", name: str, images_dir: str, model: str) -> "LocalDataset | None":
    """Return the dataset of that name if this command has made it of the same folder with the same model."""
    named = (dataset for dataset in workspace.datasets() if dataset.name == name)
    return next((dataset for dataset in named if _is_embedded(dataset, images_dir, model)), None)


def _is_embedded(dataset: "LocalDataset", images_dir: str, model: str) -> bool:
    """Return whether a dataset is what an earlier run of this command has made of a folder with a model."""
    from al_core.embedding import load_model
    from al_core.store import Kind

    if _place_of(dataset) != _place(images_dir):
        return False
    stored = dataset.arrays.find(Kind.EMBEDDING, load_model(model).name)
    return stored is not None and "model" in stored.attributes


def _print_new(workspace: "Workspace", dataset: "LocalDataset") -> None:
    """Say how many files of its folder a dataset does not have; none of them is read, so they may be broken ones."""
    from al_core.steps.embedded_images import images_of

    n_new = len(set(images_of(dataset, workspace.home / "embedding-runs").filenames()) - set(dataset.filenames()))
    if n_new:
        print(
            f"{counted(n_new, 'file')} of its folder {'is' if n_new == 1 else 'are'} not in it; --append adds what can "
            "be read.",
            file=sys.stderr,
        )


def _append(arguments: argparse.Namespace) -> "tuple[int, Sequence[BrokenImage]]":
    from al_core import workflow
    from al_core.store import Workspace

    place = _place(arguments.images_dir)
    with Workspace.existing(arguments.workspace) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        present = _place_of(dataset) or "no folder"
        if present != place:
            raise InvalidInputError(
                f"dataset '{dataset.name}' has its images in {present}, not in {place}; put the new ones there"
            )
        append = partial(
            workflow.append_images,
            model=arguments.model,
            progress=printed_progress("images"),
            cluster=arguments.cluster,
        )
        try:
            appended = append(workspace, dataset)
        except NotAllowedError:
            # Another run was first, and this one has waited for it: what is left is what it has not added. By its id:
            # after a deletion another dataset may have the name.
            dataset = workspace.dataset(dataset.id)
            appended = append(workspace, dataset)
        tagged = f", in the tag '{appended.tag.name}'" if appended.tag else ""
        print(f"{counted(appended.n_new, 'new image')}{tagged}.")
        return dataset.n_samples, appended.broken


def _place_of(dataset: "LocalDataset") -> str | None:
    """Return the address or folder of a dataset's images, or None if it has neither."""
    return dataset.images_address or (str(dataset.images_dir.resolve()) if dataset.images_dir else None)


def _place(images_dir: str) -> str:
    """Return the folder or address as the catalog has it."""
    if is_address(images_dir):
        return check_address(images_dir)
    return str(Path(images_dir).expanduser().resolve())


def _send(arguments: argparse.Namespace) -> "tuple[int, Sequence[BrokenImage]]":
    from al_core.api import ApiWorkflowClient
    from al_core.embedding import list_images, load_model
    from al_core.embedding.checkpoint import embed_folder
    from al_core.steps.where import Where
    from al_core.store import Workspace

    if is_address(arguments.images_dir):
        raise InvalidInputError("images of a folder are sent to a server; for those in a bucket leave --server out")
    folder = Path(arguments.images_dir).expanduser().resolve()
    upload = ApiWorkflowClient(arguments.token, server=arguments.server).upload_to(arguments.dataset)
    filenames = list_images(folder)
    option = arguments.model or BUNDLED
    model = load_model(option)
    if upload.is_complete:
        sent = upload.sent_before(folder, model.name)
        n_new = len(set(filenames) - set(sent))
        print(f"All was sent before; {counted(n_new, 'file')} of {folder} {'is' if n_new == 1 else 'are'} not in it.")
        return len(sent), ()
    with Workspace(arguments.workspace) as workspace:
        runs = workspace.home / "embedding-runs"
    progress = printed_progress("images")
    with (
        Where.of(arguments.cluster).embedder(option) as embedder,
        embed_folder(folder, filenames, model, runs, progress=progress, embedder=embedder) as images,
    ):
        upload.send_embeddings(images, model)
        upload.send_images(folder, images.filenames, arguments.images, printed_progress("images", " sent"))
    print(WHERE_IMAGES_ARE[arguments.images].format(folder=folder))
    return len(images.filenames), images.broken
