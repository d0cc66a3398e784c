import argparse
from pathlib import Path

import orjson

from al_core.formats.join.report import Policy
from al_core.formats.prediction_files import SCORES
from al_core.formats.readers import PREDICTION_READERS

SUMMARY = (
    "Check a predictions file against a dataset without storing it. The exit status is 0 if it is usable, otherwise 1."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core check`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="file or folder of predictions or of ready-made scores")
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name or id of the dataset")
    parser.add_argument("--tag", metavar="NAME", help="tag whose order the rows follow where they have no filenames")
    parser.add_argument(
        "--images", type=Path, metavar="FILE", help="annotation file that lists the images of COCO results"
    )
    parser.add_argument("--class-names", type=Path, metavar="FILE", help="file of class names, one per line")
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
    parser.add_argument("--json", action="store_true", help="print the complete report as JSON")
    parser.add_argument(
        "--workspace", type=Path, metavar="FOLDER", help="workspace; by default AL_CORE_HOME or ~/.al_core"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the report and return 0 if the file is usable, otherwise 1."""
    from al_core import workflow
    from al_core.formats import PredictionFiles, Predictions, read_prediction_files
    from al_core.store import Workspace

    files = PredictionFiles(arguments.file.expanduser(), arguments.images, arguments.class_names)
    predictions = read_prediction_files(files, format=arguments.format)
    with Workspace(arguments.workspace) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        if isinstance(predictions, Predictions) and arguments.tag:
            names = dataset.filenames(dataset.tag(arguments.tag).rows)
            predictions = predictions.with_filenames(names, arguments.file.name)
        report = workflow.check_predictions(dataset, predictions, source=arguments.file.name, policy=arguments.policy)
    if arguments.json:
        print(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode())
    else:
        print(*report.sentences(), sep="\n")
    return 0 if report.usable else 1
