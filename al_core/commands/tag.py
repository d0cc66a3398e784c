import argparse

import numpy as np

from al_core.commands.shell import add_dataset, add_dry_run, input_file, opened, path_argument, print_answer
from al_core.exceptions import AlreadyExistsError
from al_core.text import counted

SUMMARY = "Store a tag of the samples that a list names, such as those that have been labeled."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core tag`."""
    parser.add_argument("name", metavar="NAME", help="name of the new tag")
    parser.add_argument(
        "filenames",
        metavar="FILE",
        type=path_argument,
        help="list of filenames: text, CSV, JSON or Parquet; - reads text",
    )
    parser.add_argument("--labeled", action="store_true", help="the images are labeled: Select leaves them out")
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Store the tag, unless there is one of this name with the same samples."""
    from al_core.formats import join_report, read_filenames
    from al_core.steps.tags import tag_filenames
    from al_core.store import TagRole

    with input_file(arguments.filenames, "filenames.txt") as path:
        filenames = read_filenames(path)
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        report = join_report(dataset.filenames(), filenames, source=arguments.filenames.name)
        report.require_usable()
        rows = np.unique(report.rows[report.rows >= 0])
        present = dataset.find_tag(arguments.name)
        if present and not np.array_equal(present.rows, rows):
            raise AlreadyExistsError(f"tag '{present.name}' holds other samples than the list; choose another name")
        is_changed = present is None and not arguments.dry_run
        if is_changed:
            role = TagRole.LABELED if arguments.labeled else TagRole.REGION
            tag_filenames(dataset, filenames, arguments.name, source=arguments.filenames.name, role=role)
    unknown = len(report.unknown)
    sentence = f"Tag '{arguments.name}' has {counted(len(rows), 'sample')}"
    if unknown:
        sentence += f"; {counted(unknown, 'filename')} not in the dataset"
    if not is_changed:
        sentence += "; nothing was stored"
    print_answer(arguments, f"{sentence}.", tag=arguments.name, samples=len(rows), unknown=unknown, changed=is_changed)
