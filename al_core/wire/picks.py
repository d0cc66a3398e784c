"""What can be said about a selection before and after it is made, and the edits of its pick, as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from al_core.steps.edit_pick import Edit
from al_core.steps.limit_costs import GroupCounts, LimitCost
from al_core.steps.outlook import Outlook


def write_outlook(outlook: Outlook) -> dict[str, Any]:
    """Return what a selection will come to as plain values.

    Examples:
        >>> outlook = Outlook(20, 10, 1, 4.5, "at most 1 per camera", ("one is short",))
        >>> write_outlook(outlook)["nPicked"]
        10
        >>> read_outlook(write_outlook(outlook)) == outlook
        True
    """
    return {
        "nOpen": outlook.n_open,
        "nPicked": outlook.n_picked,
        "nTests": outlook.n_tests,
        "bill": outlook.bill,
        "tightest": outlook.tightest,
        "warnings": list(outlook.warnings),
    }


def read_outlook(content: Mapping[str, Any]) -> Outlook:
    """Return the outlook that `write_outlook` wrote."""
    return Outlook(
        content["nOpen"],
        content["nPicked"],
        content["nTests"],
        content["bill"],
        content["tightest"],
        tuple(content["warnings"]),
    )


def write_limit_costs(costs: Iterable[LimitCost]) -> list[dict[str, Any]]:
    """Return what limits cost as plain values.

    Examples:
        >>> cost = LimitCost("at most 3 per sequence", 0.68, 0.71, 32, 32)
        >>> write_limit_costs([cost])[0]["text"]
        'at most 3 per sequence: covers 68% instead of 71%'
        >>> read_limit_costs(write_limit_costs([cost])) == [cost]
        True
    """
    return [
        {
            "words": cost.words,
            "covered": cost.covered,
            "without": cost.without,
            "nPicked": cost.n_picked,
            "nWithout": cost.n_without,
            "text": cost.text,
        }
        for cost in costs
    ]


def read_limit_costs(content: Sequence[Mapping[str, Any]]) -> list[LimitCost]:
    """Return the costs that `write_limit_costs` wrote."""
    names = ("words", "covered", "without", "nPicked", "nWithout")
    return [LimitCost(*(record[name] for name in names)) for record in content]


def write_group_counts(tables: Iterable[GroupCounts]) -> list[dict[str, Any]]:
    """Return counts of groups as plain values.

    Examples:
        >>> counts = GroupCounts("folder", ("day",), np.array([4]), np.array([1]), np.array([0.5]))
        >>> write_group_counts([counts])
        [{'by': 'folder', 'names': ['day'], 'pool': [4], 'picked': [1], 'random': [0.5]}]
        >>> read_group_counts(write_group_counts([counts]))[0].random
        array([0.5])
    """
    return [
        {
            "by": counts.by,
            "names": list(counts.names),
            "pool": counts.pool.tolist(),
            "picked": counts.picked.tolist(),
            "random": counts.random.tolist(),
        }
        for counts in tables
    ]


def read_group_counts(content: Sequence[Mapping[str, Any]]) -> list[GroupCounts]:
    """Return the counts that `write_group_counts` wrote."""
    return [
        GroupCounts(
            record["by"],
            tuple(record["names"]),
            np.array(record["pool"], np.int64),
            np.array(record["picked"], np.int64),
            np.array(record["random"], np.float64),
        )
        for record in content
    ]


def write_edits(edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """Return edits of a pick as plain values.

    Examples:
        >>> write_edits([Edit(3, replacement=7), Edit(5)])
        [{'row': 3, 'replacement': 7}, {'row': 5, 'replacement': None}]
    """
    return [asdict(edit) for edit in edits]
