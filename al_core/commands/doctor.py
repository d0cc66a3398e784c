import argparse
import sys
from typing import TYPE_CHECKING, Any

import orjson

from al_core.commands.shell import add_workspace
from al_core.commands.terminal import printed_progress
from al_core.exceptions import ALCoreError, WorkspaceError
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.store import Workspace
    from al_core.store.doctor import Finding

SUMMARY = (
    "Compare a workspace's catalog with its files. The exit status is 0 if all is well, 1 if something is wrong, 2 if "
    "the workspace cannot be opened."
)
CANNOT_RUN = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core doctor`."""
    parser.add_argument(
        "--repair",
        action="store_true",
        help="mend what can be mended without losing anything: files that nothing names go to lost+found",
    )
    parser.add_argument("--no-digests", action="store_true", help="compare lengths only, without reading every array")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    add_workspace(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong, after mending it if asked to; return the exit status."""
    from al_core.store import Workspace

    try:
        with Workspace.existing(arguments.workspace) as workspace:
            progress = printed_progress("arrays")
            findings = list(workspace.doctor.examine(with_digests=not arguments.no_digests, progress=progress))
            mended = _mend(findings) if arguments.repair else []
            show = _print_json if arguments.json else _print
            show(workspace, findings, mended)
    except WorkspaceError as error:
        print(f"al-core doctor: {error}", file=sys.stderr)
        return CANNOT_RUN
    return 1 if len(mended) < len(findings) else 0


def _mend(findings: "list[Finding]") -> "list[Finding]":
    """Mend what can be mended and return it."""
    mended = []
    for finding in findings:
        if finding.mend is None:
            continue
        try:
            finding.mend()
        # Its dataset has been deleted, for example.
        except ALCoreError as error:
            print(f"al-core doctor: {finding.kind} '{finding.name}' was not mended: {error}", file=sys.stderr)
        else:
            mended.append(finding)
    return mended


def _print(workspace: "Workspace", findings: "list[Finding]", mended: "list[Finding]") -> None:
    for finding in findings:
        print(f"{'mended: ' if finding in mended else ''}{finding.sentence}")
    for note in workspace.doctor.notes():
        print(f"note: {note}")
    n_mendable = sum(finding.mend is not None for finding in findings)
    print(f"{workspace.home}: {counted(len(findings), 'problem')}", end="")
    if mended:
        print(f", {len(mended):,} mended", end="")
    elif n_mendable:
        print(f"; `al-core doctor --repair` mends {n_mendable:,} of them", end="")
    print(".")


def _print_json(workspace: "Workspace", findings: "list[Finding]", mended: "list[Finding]") -> None:
    report: dict[str, Any] = {
        "home": str(workspace.home),
        "problems": [
            {
                "kind": finding.kind,
                "dataset": finding.dataset_id,
                "name": finding.name,
                "problem": finding.problem,
                "remedy": finding.remedy,
                "mendable": finding.mend is not None,
                "mended": finding in mended,
            }
            for finding in findings
        ],
        "notes": workspace.doctor.notes(),
    }
    print(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
