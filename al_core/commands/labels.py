import argparse
import sys
from typing import TYPE_CHECKING, Any

from al_core.commands.shell import (
    STANDARD_INPUT,
    add_workspace,
    input_file,
    opened,
    path_argument,
    print_answer,
    to_text,
    write_output,
)
from al_core.exceptions import InvalidInputError
from al_core.formats.choices import ReadingChoices, Unannotated
from al_core.formats.labels.readers import LABEL_READERS
from al_core.formats.training.writers import TRAINING_FORMATS
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.formats import JoinReport
    from al_core.store.label_sets import LabelSet

SUMMARY = (
    "Add what people said is on the images: a file or folder of a labeling tool. List what has come in. Or write the "
    "labels to train on."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core labels`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="store a file of labels, with a tag of its samples that counts as labeled")
    add.add_argument(
        "file", metavar="FILE", type=path_argument, help="file or folder of labels; - reads a file from standard input"
    )
    add.add_argument("--format", choices=list(LABEL_READERS), help="by default detected from the content")
    add.add_argument(
        "--unannotated",
        choices=[str(meaning) for meaning in Unannotated],
        default=str(Unannotated.OPEN),
        help="what an image without objects means where the format cannot tell: done or still open; by default open",
    )
    add.add_argument("--name", help="name of the labels and their tag; by default 'labels' and the time")
    add.add_argument("--round", default="", metavar="NAME", dest="round_name", help="round that they belong to")
    add.add_argument(
        "--images-dir", type=path_argument, metavar="FOLDER", help="images whose sizes the file does not have"
    )
    add.add_argument("--dry-run", action="store_true", help="say what would be stored, and store nothing")
    _add_place(add)
    _add_place(actions.add_parser("list", help="list the labels as they came in, newest first"))
    export = actions.add_parser("export", help="write the labels to train on: all but those of test samples")
    export.add_argument("output", metavar="FILE", type=path_argument, help="file to write; - writes to standard output")
    export.add_argument("--format", choices=TRAINING_FORMATS, help="by default csv, or masks where pixels are labeled")
    export.add_argument("--task", help="which labels, such as object-detection; by default those of the newest ones")
    export.add_argument("--force", action="store_true", help="replace the file if it has another content")
    export.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    _add_place(export)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name or id of the dataset")
    add_workspace(parser)
    parser.add_argument("--server", metavar="URL", help="server that has the dataset")
    parser.add_argument("--token", help="token for the server; by default AL_CORE_TOKEN")
    parser.add_argument("--json", action="store_true", help="print the result, or the error, as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Add, list or write labels and return the exit status: 0, or 1 if the file cannot be used."""
    return {"add": _add, "list": _list, "export": _export}[arguments.action](arguments)


def _add(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    from al_core import workflow
    from al_core.formats import read_labels

    choices = ReadingChoices(
        arguments.format, images_dir=arguments.images_dir, unannotated=Unannotated(arguments.unannotated)
    )
    with input_file(arguments.file, "labels") as file, opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        labels = read_labels(file, replace(choices, images_dir=choices.images_dir or dataset.images_dir))
        report = workflow.check_labels(dataset, labels, source=file.name)
        stored = None
        if report.usable:
            store = workflow.stored_labels if arguments.dry_run else workflow.store_labels
            stored = store(dataset, labels, report, name=arguments.name, round_name=arguments.round_name)
    if arguments.json:
        is_changed = stored is not None and stored.is_new
        print(to_text({"labels": described(stored) if stored else None, "changed": is_changed, **_counts(report)}))
    else:
        print(*report.sentences(), sep="\n")
        if stored and stored.is_new:
            print(f"Stored as '{stored.name}'.")
        elif stored:
            print(f"The same labels are stored as '{stored.name}' already; nothing has changed.")
    return 0 if report.usable else 1


def _list(arguments: argparse.Namespace) -> int:
    from al_core import workflow

    with opened(arguments) as workspace:
        sets = workflow.label_sets(workspace.dataset(arguments.dataset))
    if arguments.json:
        print(to_text([described(labels) for labels in sets]))
        return 0
    for labels in sets:
        counts = f"{counted(labels.n_samples, 'sample')}, {counted(labels.n_annotations, 'annotation')}"
        print(f"{labels.name}: {labels.task}, {counts}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from al_core import workflow
    from al_core.steps.training_labels import training_label_rows

    path = arguments.output.expanduser()
    is_to_stdout = arguments.output == STANDARD_INPUT
    if arguments.json and is_to_stdout:
        raise InvalidInputError("the labels and the answer cannot both go to standard output; leave out --json")
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        content = workflow.export_training_labels(dataset, arguments.format, task=arguments.task)
        n_images = len(training_label_rows(dataset, arguments.format, arguments.task))
    if is_to_stdout:
        if not arguments.dry_run:
            sys.stdout.buffer.write(content)
        return 0
    is_changed = not arguments.dry_run and write_output(path, content, force=arguments.force)
    done = "written" if is_changed else "as it was"
    if arguments.dry_run:
        done = "nothing was written"
    sentence = f"{path}: the labels of {counted(n_images, 'image')}, without those that test; {done}."
    print_answer(arguments, sentence, file=str(path), images=n_images, bytes=len(content), changed=is_changed)
    return 0


def described(labels: "LabelSet") -> dict[str, Any]:
    """Return a set of labels as plain values."""
    from al_core.steps.labels import LabelAttributes

    attributes = LabelAttributes.of(labels)
    return {
        "id": labels.id,
        "name": labels.name,
        "task": labels.task,
        "round": labels.round,
        "samples": labels.n_samples,
        "annotations": labels.n_annotations,
        "classes": list(attributes.class_names),
        "source": attributes.source,
        "file": attributes.file,
    }


def _counts(report: "JoinReport") -> dict[str, Any]:
    return {
        "usable": report.usable,
        "matched": report.n_used,
        "unknown": report.unknown,
        "disagreeing": report.conflicting,
        "sentences": report.sentences(),
    }
