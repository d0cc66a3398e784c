import argparse

from al_core.commands.shell import add_dataset, add_dry_run, input_file, opened, path_argument, print_answer
from al_core.exceptions import InvalidInputError
from al_core.text import counted

SUMMARY = "Store a file of embeddings for the images of a dataset; `al-core embed` calculates them from a folder."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core embeddings`."""
    parser.add_argument("action", choices=["add"], help="what to do")
    parser.add_argument(
        "file",
        metavar="FILE",
        type=path_argument,
        help="Lightly's CSV, Parquet, Arrow, HDF5, .npz, .npy and others; - reads standard input",
    )
    parser.add_argument("--name", default="default", metavar="NAME", help="name of the embedding; by default default")
    parser.add_argument(
        "--filenames",
        type=path_argument,
        metavar="FILE",
        help="list of filenames in the order of the rows, if the file has none",
    )
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Store the embedding, unless there is just this one of the name."""
    from al_core import workflow
    from al_core.formats import read_embeddings, read_filenames
    from al_core.steps.embeddings import check_is_new, is_stored, names_of_samples

    filenames = read_filenames(arguments.filenames.expanduser()) if arguments.filenames else None
    with input_file(arguments.file, "embeddings") as path, opened(arguments) as workspace:
        table = read_embeddings(path, filenames=filenames)
        if table.filenames is None:
            raise InvalidInputError(f"{path.name} does not name its rows; give the list of filenames with --filenames")
        dataset = workspace.dataset(arguments.dataset)
        names = names_of_samples(dataset, table.filenames)
        is_there = is_stored(dataset, names, table.embeddings, arguments.name)
        if not is_there:
            check_is_new(dataset, arguments.name)
        is_changed = not is_there and not arguments.dry_run
        if is_changed:
            workflow.add_embeddings(dataset, names, table.embeddings, name=arguments.name)
    n_respelled = sum(name != other for name, other in zip(names, table.filenames, strict=True))
    n_samples, n_columns = table.embeddings.shape
    sentence = f"Embedding '{arguments.name}' has {n_columns:,} columns for {counted(n_samples, 'sample')}"
    if not is_changed:
        sentence += "; nothing was stored"
    if n_respelled:
        sentence += f". {counted(n_respelled, 'row')} matched by a part of the path or the stem, not by the whole name"
    print_answer(
        arguments,
        f"{sentence}.",
        embedding=arguments.name,
        samples=n_samples,
        columns=n_columns,
        changed=is_changed,
    )
