import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from al_core.commands.check import add_reading_arguments, reading_choices
from al_core.commands.shell import (
    add_cluster,
    add_dataset,
    add_dry_run,
    input_file,
    opened,
    path_argument,
    print_answer,
)
from al_core.commands.terminal import printed_progress
from al_core.exceptions import InvalidInputError
from al_core.formats.choices import Missing
from al_core.objects.address import is_address
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.formats import JoinReport
    from al_core.store import Dataset, Model

SUMMARY = (
    "Store a file of predictions, or of ready-made scores, as a model, and score it; or let the boxes of a model count "
    "from another confidence on."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core predictions`."""
    parser.add_argument("action", choices=["add", "threshold"], help="what to do")
    parser.add_argument(
        "file",
        metavar="FILE",
        type=lambda text: text if is_address(text) else path_argument(text),
        help="file or folder, or the address of probabilities, such as s3://bucket/probabilities.npy; - reads a file "
        "from standard input; with threshold, the name of a model",
    )
    parser.add_argument(
        "--name", default="predictions", metavar="NAME", help="name of the model; by default predictions"
    )
    add_reading_arguments(parser)
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="only score class probabilities, in a .npy file or the .npy parts of a folder; they stay there and are "
        "read a few rows at a time, as those at an address always are",
    )
    add_cluster(parser)
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> int:
    """Store and score the file if it is usable, and return 0; otherwise print its report and return 1."""
    if arguments.action == "threshold":
        return _change_threshold(arguments)
    if arguments.in_place or is_address(str(arguments.file)):
        return _score_in_place(arguments)
    if arguments.cluster:
        raise InvalidInputError(
            "workers score class probabilities where they are: give their address, or --in-place; leave --cluster out "
            "to read a file and store it"
        )
    return _read_and_store(arguments)


def _score_in_place(arguments: argparse.Namespace) -> int:
    from al_core import workflow
    from al_core.steps.probabilities import store_scored
    from al_core.store.names import check_model_name

    _check_fits_in_place(arguments)
    # Before an array is read that may take hours.
    check_model_name(arguments.name)
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        scored = workflow.score_probabilities(
            dataset,
            str(arguments.file),
            tag=arguments.tag,
            policy=arguments.policy,
            softmax=arguments.softmax,
            cluster=arguments.cluster,
            progress=printed_progress("rows"),
        )
        return _answered(arguments, dataset, scored.report, lambda: store_scored(dataset, scored, name=arguments.name))


def _check_fits_in_place(arguments: argparse.Namespace) -> None:
    others = {
        "--images": arguments.images,
        "--class-names": arguments.class_names,
        "--confidence-threshold": arguments.confidence_threshold is not None,
        "--lower-is-more": arguments.lower_is_more,
        "--missing": arguments.missing != str(Missing.UNKNOWN),
        "--column": arguments.column,
        "--images-dir": arguments.images_dir,
        "--format": arguments.format not in (None, "npy"),
    }
    for option, is_given in others.items():
        if is_given:
            raise InvalidInputError(
                f"{option} says nothing of an array of class probabilities that stays where it is; leave it out"
            )


def _read_and_store(arguments: argparse.Namespace) -> int:
    from al_core import workflow
    from al_core.formats import PredictionFiles, Predictions, read_prediction_files
    from al_core.steps import predictions as step

    with input_file(arguments.file, "predictions") as path, opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        files = PredictionFiles(path, arguments.images, arguments.class_names).completed()
        predictions = read_prediction_files(files, reading_choices(arguments))
        if isinstance(predictions, Predictions) and arguments.tag:
            names = dataset.filenames(dataset.tag(arguments.tag).rows)
            predictions = predictions.with_filenames(names, path.name)
        report = workflow.check_predictions(
            dataset,
            predictions,
            source=path.name,
            policy=arguments.policy,
            confidence_threshold=arguments.confidence_threshold,
        )

        def store() -> "Model":
            progress = printed_progress("samples")
            return step.store_model(dataset, predictions, report, name=arguments.name, progress=progress)

        return _answered(arguments, dataset, report, store)


def _answered(
    arguments: argparse.Namespace, dataset: "Dataset", report: "JoinReport", store: "Callable[[], Model]"
) -> int:
    """Store what is usable, print the report and what was stored, and return the exit status."""
    from al_core import workflow

    scores: list[str] = []
    findings: list[str] = []
    is_changed = False
    if report.usable and not arguments.dry_run:
        before = dataset.models.all()
        model = store()
        scores = [score.name for score in model.scores.values()]
        rescored = workflow.rescored_note(before, [model])
        is_changed = model.is_new or bool(rescored)
        findings = [f"{rescored}."] if rescored else []
        findings += [finding.sentence() for finding in workflow.range_findings(dataset, scores)]
    sentences = [*report.sentences()]
    if scores:
        # The same file once more makes the model of the first time current again.
        done = "Stored" if is_changed else "Stored before, now current:"
        sentences.append(f"{done} {counted(len(scores), 'score')}: {', '.join(scores)}.")
        sentences += findings
    print_answer(arguments, "\n".join(sentences), scores=scores, changed=is_changed, report=report.to_json())
    return 0 if report.usable else 1


def _change_threshold(arguments: argparse.Namespace) -> int:
    from al_core import workflow

    if arguments.confidence_threshold is None:
        raise InvalidInputError("say from which confidence on boxes count: --confidence-threshold 0.4")
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        model = dataset.models.get(str(arguments.file))
        is_changed = model.confidence_threshold != arguments.confidence_threshold
        if not arguments.dry_run:
            model = workflow.change_threshold(dataset, model, arguments.confidence_threshold)
    done = "count"
    if is_changed:
        done = "would count" if arguments.dry_run else "now count"
    sentence = f"Boxes of '{model.name}' {done} from a confidence of {arguments.confidence_threshold:g} on."
    print_answer(arguments, sentence, model=model.name, scores=list(model.scores), changed=is_changed)
    return 0
