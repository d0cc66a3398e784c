import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.commands.shell import add_cluster, add_dry_run, add_place_arguments, opened, path_argument, print_answer
from al_core.commands.terminal import printed_progress
from al_core.exceptions import ALCoreError, AlreadyExistsError, InvalidInputError
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Labels, Predictions, ScoreTable
    from al_core.remote import RemoteWorkspace
    from al_core.steps.round_file import RoundFile
    from al_core.steps.selections import Selection
    from al_core.store import Dataset, Tag, Workspace

SUMMARY = (
    "Run one round from a file: add predictions and labels, select, export, mark as sent. A round that is done is "
    "left as it is."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core run`."""
    parser.add_argument(
        "file", metavar="FILE", type=path_argument, help="the round, as YAML or JSON; docs/shell.md has the keys"
    )
    add_cluster(parser)
    add_dry_run(parser)
    add_place_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Do what is left to do of the round, and say what was done."""
    from al_core.steps.round_file import read_round_file

    wanted = read_round_file(arguments.file)
    with opened(arguments) as workspace:
        dataset = workspace.dataset(wanted.dataset)
        tag = _present_or_free(dataset, wanted)
        # All files are read before the first thing is stored; a round that has its tag has them stored.
        checked = None if tag else _Inputs.checked(dataset, wanted)
        if arguments.dry_run:
            sentence = f"'{wanted.name}' is done already" if tag else f"'{wanted.name}' can be run"
            print_answer(
                arguments, f"{sentence}; nothing was stored.", round=wanted.name, digest=wanted.digest, changed=False
            )
            return
        done = checked.store(dataset, wanted) if checked else []
        tag = tag or _select(workspace, dataset, wanted, done, arguments.cluster)
        _export(dataset, wanted, tag, done)
        _print(arguments, dataset, wanted, tag, done)


def _present(dataset: "Dataset", wanted: "RoundFile") -> "Tag | None":
    """Return the tag of the round if it was selected, or None.

    Raises:
        AlreadyExistsError: If the tag was made in another way, or from another file.
    """
    tag = dataset.find_tag(wanted.name)
    if tag and tag.provenance.round_digest != wanted.digest:
        raise AlreadyExistsError(
            f"name: tag '{tag.name}' was not made from this file, or the file or one that it names has changed since; "
            "choose another name"
        )
    return tag


def _present_or_free(dataset: "Dataset", wanted: "RoundFile") -> "Tag | None":
    """Return the tag of the round if it was selected; if not, the file that it writes must not be there yet."""
    file = wanted.export.file if wanted.export else None
    # Looked for before the tag: an equal run at the same time stores its tag first and writes its file later.
    was_there = file is not None and file.exists()
    tag = _present(dataset, wanted)
    if was_there and tag is None:
        raise AlreadyExistsError(f"export.file: {file} already exists; move it, or name another file")
    return tag


class _Inputs:
    """The files of a round, read and found usable."""

    def __init__(self) -> None:
        self.predictions: tuple[Predictions | ScoreTable, JoinReport] | None = None
        self.labels: tuple[Labels, JoinReport] | None = None

    @classmethod
    def checked(cls, dataset: "Dataset", wanted: "RoundFile") -> "_Inputs":
        """Read all files and check what can be checked before anything is stored."""
        from al_core import workflow
        from al_core.formats import PredictionFiles, read_labels, read_prediction_files

        inputs = cls()
        if wanted.selection.query:
            dataset.tag(wanted.selection.query)
        if wanted.predictions:
            entry = wanted.predictions
            files = PredictionFiles(entry.file, entry.images, entry.class_names).completed()
            predictions = read_prediction_files(files, entry.choices)
            report = workflow.check_predictions(
                dataset,
                predictions,
                source=entry.file.name,
                policy=entry.policy,
                confidence_threshold=entry.confidence_threshold,
            )
            _require("predictions.file", report)
            inputs.predictions = (predictions, report)
        if wanted.labels:
            labels = read_labels(wanted.labels.file, wanted.labels.choices)
            label_report = workflow.check_labels(dataset, labels, source=wanted.labels.file.name)
            _require("labels.file", label_report)
            inputs.labels = (labels, label_report)
        return inputs

    def store(self, dataset: "Dataset", wanted: "RoundFile") -> list[str]:
        """Store predictions and labels, which changes nothing where they are stored, and return what was done."""
        from al_core import workflow

        done = []
        if self.labels and wanted.labels:
            labels = workflow.store_labels(dataset, *self.labels, name=wanted.labels.name)
            done.append(f"{counted(labels.n_samples, 'sample')} with labels: '{labels.name}'")
        if self.predictions and wanted.predictions:
            progress = printed_progress("samples")
            before = workflow.models(dataset)
            scores = workflow.store_predictions(
                dataset, *self.predictions, name=wanted.predictions.model, progress=progress
            )
            rescored = workflow.rescored_note(before, workflow.models(dataset))
            done.append(f"{counted(len(scores), 'score')} of the model '{wanted.predictions.model}'")
            done += [rescored] if rescored else []
            done += [finding.text for finding in workflow.range_findings(dataset, scores)]
        return done


def _require(place: str, report: "JoinReport") -> None:
    if not report.usable:
        raise InvalidInputError(f"{place}: {' '.join(report.sentences())}")


def _select(
    workspace: "Workspace | RemoteWorkspace",
    dataset: "Dataset",
    wanted: "RoundFile",
    done: list[str],
    cluster: str | None,
) -> "Tag":
    try:
        return _select_now(dataset, wanted, done, cluster)
    except ALCoreError:
        # Of two equal runs at once the other one may have stored the round, and this one stumbles over it: over its
        # name, or over its images, which are not picked again. Asked anew: a server's answer is remembered for a while.
        # By its id: after a deletion another dataset may have the name.
        tag = _present(workspace.dataset(dataset.id), wanted)
        if tag is None:
            raise
    done.append(f"'{wanted.name}' has been selected by another run of this file meanwhile")
    return tag


def _select_now(dataset: "Dataset", wanted: "RoundFile", done: list[str], cluster: str | None) -> "Tag":
    from al_core import workflow

    n_chosen = len(np.union1d(workflow.labeled_set(dataset), workflow.sent_set(dataset)))
    selection = workflow.run_selection(
        dataset,
        wanted.selection.config(wanted.name, n_chosen),
        query_tag=dataset.tag(wanted.selection.query) if wanted.selection.query else None,
        round_digest=wanted.digest,
        cluster=cluster,
        progress=printed_progress("images"),
    )
    done.append(f"{counted(len(selection.added_rows), 'image')} selected as '{wanted.name}'")
    return selection.tag


def _export(dataset: "Dataset", wanted: "RoundFile", tag: "Tag", done: list[str]) -> None:
    """Write the file unless it is there, and say that the samples are with labelers."""
    from al_core import workflow

    entry = wanted.export
    if entry is None:
        return
    is_sent = tag.provenance.sent_at is not None
    # What was sent may have been opened and edited since.
    if not (is_sent and entry.file.exists()):
        content = workflow.export_tag(dataset, tag, entry.format, added_only=entry.added_only, choices=entry.choices)
        if _is_written(entry.file, content):
            done.append(f"{entry.file}: {len(content):,} bytes")
    if not is_sent:
        workflow.mark_sent(dataset, tag)
        done.append("marked as sent: not selected again")


def _is_written(file: Path, content: bytes) -> bool:
    """Write the file of a round, and return whether it was not there with this content."""
    from al_core.disk import write_atomically

    try:
        if file.exists():
            if file.is_file() and file.read_bytes() == content:
                return False
            raise AlreadyExistsError(
                f"export.file: {file} has another content than this round; move it, and run the round again"
            )
        # Not half a file where the machine stops.
        write_atomically(file, lambda opened_file: opened_file.write(content))
    except OSError as error:
        raise InvalidInputError(f"export.file: {file} cannot be written: {error.strerror}") from error
    return True


def _print(arguments: argparse.Namespace, dataset: "Dataset", wanted: "RoundFile", tag: "Tag", done: list[str]) -> None:
    from al_core.steps.selections import selection_of

    selection: Selection = selection_of(dataset, tag)
    lines = done or [f"'{wanted.name}' is done already, with this file and its inputs; nothing was changed"]
    values: dict[str, Any] = {
        "round": wanted.name,
        "digest": wanted.digest,
        "done": done,
        "added": dataset.filenames(selection.added_rows),
        "export": str(wanted.export.file) if wanted.export else None,
        "changed": bool(done),
    }
    print_answer(arguments, "\n".join(f"{line}." for line in lines), **values)
