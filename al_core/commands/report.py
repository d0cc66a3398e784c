import argparse
import sys

from al_core.commands.shell import add_dataset, opened, path_argument, print_answer, write_file
from al_core.exceptions import InvalidInputError

SUMMARY = "Write a round as one HTML file that opens anywhere: curve, forecast, signs, images, configuration, manifest."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core report`."""
    parser.add_argument("tag", metavar="TAG", help="name of the round: the tag of its selection")
    parser.add_argument(
        "-o", "--output", type=path_argument, metavar="FILE", help="file to write; by default standard output"
    )
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write the report, in place of an earlier one."""
    from al_core import workflow

    if arguments.json and arguments.output is None:
        raise InvalidInputError("the report and the answer cannot both go to standard output; give a file with -o")
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        content = workflow.report(dataset, dataset.tag(arguments.tag)).encode()
    if arguments.output is None:
        sys.stdout.write(content.decode())
        return
    path = arguments.output.expanduser()
    write_file(path, content)
    print_answer(arguments, f"{path}: {len(content):,} bytes.", file=str(path), bytes=len(content))
