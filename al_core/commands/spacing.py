import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.commands.shell import add_dataset, add_starting_point, opened, print_answer

if TYPE_CHECKING:
    from al_core.evaluation import SpacingCurve
    from al_core.store import Dataset

N_STEPS = 12
"""Minimum distances that are listed: as many lines as are read at a glance."""

SUMMARY = (
    "Say how many new images each minimum distance keeps, with two images just so far apart, to choose --min-distance "
    "of a selection by."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core spacing`."""
    add_starting_point(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print one line for each of a few minimum distances, the largest first."""
    from al_core import workflow

    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        curve = workflow.spacing(
            dataset,
            query_tag=dataset.tag(arguments.query) if arguments.query else None,
            labeled_tag=dataset.tag(arguments.labeled) if arguments.labeled else None,
        )
        steps = _steps(dataset, curve)
    lines = [step_line(step, curve) for step in steps] or ["There are no two images to compare."]
    print_answer(arguments, "\n".join(lines), steps=steps, complete=curve.is_complete, samples=len(curve.rows))


def _steps(dataset: "Dataset", curve: "SpacingCurve") -> list[dict[str, Any]]:
    """Return minimum distances evenly spread over the curve, how many samples each keeps, and a pair of samples."""
    measured = curve.distances[curve.nearest_rows >= 0].astype(np.float64)
    places = np.linspace(0, len(measured) - 1, min(N_STEPS, len(measured))).astype(int)
    # Rounded down, so that the sample at this distance is kept; once each, for all copies are at distance 0.
    distances = np.unique(np.floor(1e4 * measured[places]) / 1e4)[::-1]
    steps = []
    for distance in distances.tolist():
        pair = curve.pair_at(distance)
        steps.append(
            {
                "min_distance": distance,
                "kept": curve.n_kept(distance),
                "pair": dataset.filenames(np.array(pair)) if pair else [],
            }
        )
    return steps


def step_line(step: Mapping[str, Any], curve: "SpacingCurve") -> str:
    """Return what one minimum distance keeps.

    Examples:
        >>> from al_core.evaluation import SpacingCurve
        >>> curve = SpacingCurve(np.array([4, 2]), np.array([-1, 4]), np.array([np.inf, 0.5]), is_complete=False)
        >>> step_line({"min_distance": 0.5, "kept": 2, "pair": ["c.png", "e.png"]}, curve)
        '0.5000  keeps     2 or more  c.png  e.png'
    """
    more = " or more" if step["kept"] == len(curve.rows) and not curve.is_complete else ""
    return f"{step['min_distance']:.4f}  keeps {step['kept']:>5,}{more}  {'  '.join(step['pair'])}"
