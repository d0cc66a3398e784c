import argparse

from al_core.commands.shell import add_dry_run, add_place_arguments, input_file, opened, path_argument, print_answer
from al_core.exceptions import AlreadyExistsError
from al_core.text import counted

SUMMARY = (
    "Create a dataset from a list of filenames; `al-core embed` makes one of a folder. One of this name with the same "
    "filenames is left as it is."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core create`."""
    parser.add_argument(
        "filenames",
        metavar="FILE",
        type=path_argument,
        help="list of filenames: text, CSV, JSON or Parquet; - reads text",
    )
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name of the new dataset")
    parser.add_argument(
        "--images-dir", type=path_argument, metavar="FOLDER", help="folder of the images, on this machine"
    )
    add_dry_run(parser)
    add_place_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Create the dataset, unless it is there already."""
    from al_core.formats import read_filenames
    from al_core.store.names import check_dataset_name, check_filenames

    with input_file(arguments.filenames, "filenames.txt") as path:
        filenames = read_filenames(path)
    check_dataset_name(arguments.dataset)
    check_filenames(filenames)
    with opened(arguments) as workspace:
        present = next((dataset for dataset in workspace.datasets() if dataset.name == arguments.dataset), None)
        if present and present.filenames() != filenames:
            raise AlreadyExistsError(
                f"dataset '{present.name}' has other filenames than the list; choose another name for a new dataset"
            )
        is_changed = present is None and not arguments.dry_run
        if is_changed:
            workspace.create_dataset(arguments.dataset, filenames, images_dir=arguments.images_dir)
    sentence = f"Dataset '{arguments.dataset}' has {counted(len(filenames), 'sample')}"
    if not is_changed:
        sentence += ", nothing was stored" if arguments.dry_run else " already"
    print_answer(arguments, f"{sentence}.", dataset=arguments.dataset, samples=len(filenames), changed=is_changed)
