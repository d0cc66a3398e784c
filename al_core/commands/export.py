import argparse
import sys

from al_core.commands.shell import (
    STANDARD_INPUT,
    add_dataset,
    add_dry_run,
    opened,
    path_argument,
    print_answer,
    write_output,
)
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.formats.exports.choices import LABELING_TASKS, ExportChoices
from al_core.formats.exports.writers import WRITERS

SUMMARY = "Write a tag as a file for a labeling tool, a training run or a spreadsheet."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core export`."""
    parser.add_argument("tag", metavar="TAG", help="name of the tag")
    parser.add_argument("format", choices=list(WRITERS), help="format of the file")
    parser.add_argument("output", metavar="FILE", type=path_argument, help="file to write; - writes to standard output")
    parser.add_argument("--added-only", action="store_true", help="only the images that the selection added")
    parser.add_argument("--class", dest="classes", action="append", default=[], metavar="NAME", help="class to label")
    parser.add_argument(
        "--class-names", type=path_argument, metavar="FILE", help="file of classes to label, or a labeling config"
    )
    parser.add_argument(
        "--task", choices=LABELING_TASKS, default=ExportChoices.task, help="what to label while there is no model"
    )
    parser.add_argument("--image-prefix", default="", metavar="URL", help="what comes before the filename of an image")
    parser.add_argument(
        "--signed-hours",
        type=int,
        metavar="HOURS",
        help="for images in a bucket: https addresses that whoever has the file may read for so long, at most 168",
    )
    parser.add_argument("--min-confidence", type=float, metavar="P", help="leave out predictions that are less sure")
    parser.add_argument(
        "--sent", action="store_true", help="the selection goes to labelers: its images are not selected again"
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it has another content")
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write the file, unless it is there with the same content."""
    from al_core import workflow
    from al_core.steps.exports import export_obstacle

    if arguments.json and arguments.output == STANDARD_INPUT:
        raise InvalidInputError("the file and the answer cannot both go to standard output; leave out --json")
    choices = _choices(arguments)
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        tag = dataset.tag(arguments.tag)
        obstacle = export_obstacle(dataset, tag, arguments.format, added_only=arguments.added_only, choices=choices)
        if obstacle:
            raise MissingInputError(obstacle)
        if arguments.dry_run:
            print_answer(arguments, f"{arguments.output} can be written.", file=str(arguments.output), changed=False)
            return
        content = workflow.export_tag(dataset, tag, arguments.format, added_only=arguments.added_only, choices=choices)
        is_changed = _write(arguments, content)
        # Only now: what could not be written has not gone to anybody.
        if arguments.sent and not tag.is_sent:
            workflow.mark_sent(dataset, tag)
    if arguments.output == STANDARD_INPUT:
        return
    done = "written" if is_changed else "as it was"
    sentence = f"{arguments.output}: {len(content):,} bytes, {done}."
    print_answer(arguments, sentence, file=str(arguments.output), bytes=len(content), changed=is_changed)


def _write(arguments: argparse.Namespace, content: bytes) -> bool:
    if arguments.output != STANDARD_INPUT:
        return write_output(arguments.output.expanduser(), content, force=arguments.force)
    sys.stdout.buffer.write(content)
    return True


def _choices(arguments: argparse.Namespace) -> ExportChoices:
    from al_core.formats import read_class_names

    if arguments.server is not None and arguments.signed_hours is not None:
        raise InvalidInputError("addresses are signed at the machine of the workspace; leave --server or the hours out")
    names = list(arguments.classes)
    if arguments.class_names:
        names += read_class_names(arguments.class_names)
    return ExportChoices(
        list(dict.fromkeys(names)),
        arguments.task,
        arguments.image_prefix,
        arguments.min_confidence,
        arguments.signed_hours,
    )
