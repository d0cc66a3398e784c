"""What the next round asks for if it goes on as the last one did."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.steps.reserve import read_reserve
from al_core.steps.rounds import Round, newest_rounds
from al_core.steps.row_sets import NO_ROWS, union
from al_core.steps.selection_plan import SelectionInputs
from al_core.store.kinds import Kind

if TYPE_CHECKING:
    from al_core.store import Dataset

_STEM = "al-iteration-"


def next_config(dataset: "Dataset", n_new: int | None = None) -> SelectionConfig:
    """Return the configuration of the next round: as many new samples as in the last one, with its settings.

    The method is the one for what there is now: CORAL once there are scores.

    Args:
        dataset: Where to select.
        n_new: How many new samples instead, test samples included.

    Raises:
        MissingInputError: If there is no round yet, or no sample is left.
    """
    last = next((each for each in newest_rounds(dataset) if _leads_on(each)), None)
    config = last.tag.provenance.config if last else None
    if last is None or config is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no round to go on from; run a first selection")
    chosen = SelectionInputs().chosen(dataset)
    reserve = read_reserve(dataset)
    barred = reserve.barred if reserve else NO_ROWS
    n_left = dataset.n_samples - len(union([chosen, barred]))
    if not n_left:
        raise MissingInputError(
            "every image is labeled, sent or set aside for testing: there is nothing left to choose"
        )
    n_asked = min(n_new or len(last.added_rows), n_left)
    method = _usual_method(dataset)
    # -1 goes on as it was: distance or budget ends the round.
    is_unlimited = config.n_samples == -1 and n_new is None
    return replace(
        config,
        method=method,
        n_samples=-1 if is_unlimited else len(chosen) + n_asked,
        name=_name(dataset, last),
        seed=None,
        score_name=config.score_name if _has_score(dataset, config.score_name) else None,
        # RANDOM is the control, which takes none.
        goals=() if method is SamplingMethod.RANDOM else config.goals,
    )


def _leads_on(each: Round) -> bool:
    """Return whether a round says how the next one goes: batches of test samples do not."""
    has_picks = len(each.added_rows) > len(each.test_rows)
    return has_picks and each.tag.provenance.config is not None


def _usual_method(dataset: "Dataset") -> SamplingMethod:
    has_scores = bool(dataset.arrays.all(Kind.SCORE))
    if dataset.arrays.all(Kind.EMBEDDING):
        return SamplingMethod.CORAL if has_scores else SamplingMethod.CORESET
    return SamplingMethod.ACTIVE_LEARNING if has_scores else SamplingMethod.RANDOM


def _has_score(dataset: "Dataset", name: str | None) -> bool:
    return name is not None and dataset.arrays.find(Kind.SCORE, name) is not None


def _name(dataset: "Dataset", last: Round) -> str:
    """Return the name of the last round with the next number that is free."""
    stem = re.sub(r"\d+$", "", last.name)
    return dataset.free_tag_name(stem if stem != last.name else _STEM)
