import argparse
from dataclasses import replace

import orjson

from al_core.commands.contents import contents_json, contents_lines
from al_core.commands.shell import add_workspace, path_argument
from al_core.formats.choices import Missing, ReadingChoices
from al_core.formats.join.report import Policy
from al_core.formats.prediction_files import SCORES
from al_core.formats.readers import PREDICTION_READERS

SUMMARY = (
    "Check a predictions file against a dataset without storing it. The exit status is 0 if it is usable, otherwise 1."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core check`."""
    parser.add_argument(
        "file", metavar="FILE", type=path_argument, help="file or folder of predictions or of ready-made scores"
    )
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name or id of the dataset")
    add_reading_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the complete report as JSON")
    add_workspace(parser)


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how a file of predictions is read, and what to do with its unusable rows."""
    parser.add_argument("--tag", metavar="NAME", help="tag whose order the rows follow where they have no filenames")
    parser.add_argument(
        "--images", type=path_argument, metavar="FILE", help="annotation file that lists the images of COCO results"
    )
    parser.add_argument("--class-names", type=path_argument, metavar="FILE", help="file of class names, one per line")
    parser.add_argument(
        "--format",
        choices=[*PREDICTION_READERS, SCORES],
        help="format of the file; by default detected from its content",
    )
    parser.add_argument(
        "--policy",
        choices=[str(policy) for policy in Policy],
        default="skip",
        help="what to do with unusable rows; by default skip",
    )
    parser.add_argument(
        "--confidence-threshold",
        type=float,
        metavar="C",
        help="confidence from which boxes are scored, shown and exported, 0 to 1; by default 0.25",
    )
    _add_choices(parser)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--softmax",
        action=argparse.BooleanOptionalAction,
        help="whether to apply a softmax to class scores; by default clear logits are refused",
    )
    parser.add_argument("--lower-is-more", action="store_true", help="lower ready-made scores mean more worth labeling")
    parser.add_argument(
        "--missing",
        choices=[str(missing) for missing in Missing],
        default=str(Missing.UNKNOWN),
        help="what an image without an entry means: nothing found, or not predicted; by default unknown",
    )
    parser.add_argument(
        "--column",
        type=_column,
        action="append",
        default=[],
        metavar="NAME=MEANING",
        help="meaning of a column of a table; may be given several times",
    )
    parser.add_argument(
        "--images-dir", type=path_argument, metavar="FOLDER", help="images whose sizes the file does not have"
    )


def _column(text: str) -> tuple[str, str]:
    # The name comes from a file and may hold an equals sign; the meaning does not.
    name, equals, meaning = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"expected NAME=MEANING, such as fold=ignored, found {text!r}")
    return name, meaning


def reading_choices(arguments: argparse.Namespace) -> ReadingChoices:
    """Return how the arguments say that the file is to be read."""
    return ReadingChoices(
        format=arguments.format,
        lower_is_more=arguments.lower_is_more,
        softmax=arguments.softmax,
        missing=Missing(arguments.missing),
        columns=dict(arguments.column),
        images_dir=arguments.images_dir,
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the report and return 0 if the file is usable, otherwise 1."""
    from al_core import workflow
    from al_core.formats import (
        PREDICTION_READERS,
        SCORE_READERS,
        PredictionFiles,
        Predictions,
        read_prediction_files,
        recognize,
    )
    from al_core.store import Workspace

    files = PredictionFiles(arguments.file.expanduser(), arguments.images, arguments.class_names).completed()
    format = arguments.format or recognize(files.predictions)
    predictions = read_prediction_files(files, replace(reading_choices(arguments), format=format))
    with Workspace(arguments.workspace) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        if isinstance(predictions, Predictions) and arguments.tag:
            names = dataset.filenames(dataset.tag(arguments.tag).rows)
            predictions = predictions.with_filenames(names, arguments.file.name)
        report = workflow.check_predictions(
            dataset,
            predictions,
            source=arguments.file.name,
            policy=arguments.policy,
            confidence_threshold=arguments.confidence_threshold,
        )
    if arguments.json:
        content = report.to_json() | contents_json(predictions, format)
        print(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode())
    else:
        label = (SCORE_READERS["csv"] if format == SCORES else PREDICTION_READERS[format]).label
        print(*contents_lines(predictions, label), *report.sentences(), sep="\n")
    return 0 if report.usable else 1
