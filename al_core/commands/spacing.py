import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.commands.shell import add_dataset, opened, print_answer

if TYPE_CHECKING:
    from al_core.evaluation import SpacingCurve
    from al_core.store import Dataset

N_STEPS = 12
"""Minimum distances that are listed: as many lines as one looks over."""

SUMMARY = (
    "Say how many new images each minimum distance keeps, with two images just so far apart, to choose --min-distance "
    "of a selection by."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core spacing`."""
    parser.add_argument("--query", metavar="TAG", help="tag to select from; by default all images")
    parser.add_argument("--labeled", metavar="TAG", help="tag of the labeled images; by default all that are labeled")
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print one line for each of some minimum distances, the largest first."""
    from al_core import workflow

    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        curve = workflow.spacing(
            dataset,
            query_tag=dataset.tag(arguments.query) if arguments.query else None,
            labeled_tag=dataset.tag(arguments.labeled) if arguments.labeled else None,
        )
        steps = _steps(dataset, curve)
    print_answer(
        arguments, "\n".join(map(_line, steps)), steps=steps, complete=curve.is_complete, samples=len(curve.rows)
    )


def _steps(dataset: "Dataset", curve: "SpacingCurve") -> list[dict[str, Any]]:
    """Return minimum distances evenly spread over the curve, how many samples each keeps, and a pair of samples."""
    measured = np.flatnonzero(curve.nearest_rows >= 0)
    places = np.unique(np.linspace(0, len(measured) - 1, min(N_STEPS, len(measured))).astype(int))
    steps = []
    for place in places:
        # Rounded down, so that the sample at this distance is kept.
        distance = float(np.floor(1e4 * float(curve.distances[measured[place]])) / 1e4)
        pair = curve.pair_at(distance)
        steps.append(
            {
                "min_distance": distance,
                "kept": curve.n_kept(distance),
                "pair": dataset.filenames(np.array(pair)) if pair else [],
            }
        )
    return steps


def _line(step: dict[str, Any]) -> str:
    return f"{step['min_distance']:.4f}  keeps {step['kept']:>5,}  {'  '.join(step['pair'])}"
