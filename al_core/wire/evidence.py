"""Comparisons, replays and label errors as JSON: what a job of a server found."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.evaluation import Interval, Refusal, Replay, ReplayVerdict
from al_core.steps.compare import Candidate, Comparison
from al_core.steps.label_errors import LabelError, LabelErrors
from al_core.wire.card import read_card, write_card


def write_comparison(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values."""
    return {
        "candidates": [
            {
                "config": candidate.config.to_json(),
                "rows": candidate.rows.tolist(),
                "card": write_card(candidate.card),
                "onlyThis": comparison.only(place).tolist(),
            }
            for place, candidate in enumerate(comparison.candidates)
        ],
        "overlap": comparison.overlap.tolist(),
    }


def read_comparison(content: Mapping[str, Any]) -> Comparison:
    """Return the comparison that `write_comparison` wrote."""
    return Comparison(
        tuple(
            Candidate(
                SelectionConfig(**candidate["config"]),
                np.array(candidate["rows"], np.int64),
                read_card(candidate["card"]),
            )
            for candidate in content["candidates"]
        )
    )


def write_replay(result: Replay | Refusal) -> dict[str, Any]:
    """Return a replay, or why there is none, as plain values.

    Examples:
        >>> write_replay(Refusal("120 training labels; a replay needs 200", 120, 200))
        {'refusal': '120 training labels; a replay needs 200', 'n': 120, 'nNeeded': 200}
        >>> read_replay(write_replay(Refusal("few", 1, 2)))
        Refusal(reason='few', n=1, n_needed=2)
    """
    if isinstance(result, Refusal):
        return {"refusal": result.reason, "n": result.n, "nNeeded": result.n_needed}
    return {
        "nLabels": result.n_labels.tolist(),
        "accuracies": {str(method): values.tolist() for method, values in result.accuracies.items()},
        "verdicts": [
            {
                "method": str(verdict.method),
                "difference": asdict(verdict.difference),
                "poolMakers": list(verdict.pool_makers),
                "word": verdict.word,
                "text": verdict.text(),
            }
            for verdict in result.verdicts
        ],
    }


def read_replay(content: Mapping[str, Any]) -> Replay | Refusal:
    """Return the replay or refusal that `write_replay` wrote."""
    if "refusal" in content:
        return Refusal(content["refusal"], content["n"], content["nNeeded"])
    return Replay(
        np.array(content["nLabels"], np.int64),
        {SamplingMethod(method): np.array(values) for method, values in content["accuracies"].items()},
        tuple(
            ReplayVerdict(SamplingMethod(each["method"]), Interval(**each["difference"]), tuple(each["poolMakers"]))
            for each in content["verdicts"]
        ),
    )


def write_label_errors(result: LabelErrors) -> dict[str, Any]:
    """Return label errors as plain values."""
    return {
        "errors": [{**asdict(error), "text": error.text()} for error in result.errors],
        "nJudged": result.n_judged,
        "nUnjudged": result.n_unjudged,
    }


def read_label_errors(content: Mapping[str, Any]) -> LabelErrors:
    """Return the label errors that `write_label_errors` wrote."""
    errors = []
    for record in content["errors"]:
        # The text is for those who show it; here it is made of the rest.
        values = {name: value for name, value in record.items() if name != "text"}
        errors.append(LabelError(**values))
    return LabelErrors(tuple(errors), content["nJudged"], content["nUnjudged"])
