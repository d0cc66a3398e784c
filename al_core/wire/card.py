"""The card of a selection as JSON: what the server measured, in figures and in the sentences that go with them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from al_core.evaluation import Amount, AmountKind, Card, PredictedClasses, Strip, UncoveredRegion


def write_card(card: Card) -> dict[str, Any]:
    """Return a card as plain values.

    Examples:
        >>> strip = Strip(0.7, (0.6, 0.65))
        >>> card = Card(strip, strip, strip, (UncoveredRegion(12, 214),), True, 1000)
        >>> write_card(card)["coverage"]
        {'selected': 0.7, 'random': [0.6, 0.65]}
        >>> read_card(write_card(card)) == card
        True
    """
    return {
        "coverage": _write_strip(card.coverage),
        "redundancy": _write_strip(card.redundancy),
        "farDistance": _write_strip(card.far_distance),
        "regions": [{"row": region.row, "nRows": region.n_rows} for region in card.regions],
        "isWeighted": card.is_weighted,
        "nSampled": card.n_sampled,
        "amounts": [
            {"kind": str(amount.kind), "total": amount.total, **_write_strip(amount.strip)} for amount in card.amounts
        ],
        "classes": asdict(card.classes) if card.classes else None,
        "leftOut": card.left_out,
        "sentences": card.sentences(),
        "verdict": card.verdict(),
    }


def read_card(content: Mapping[str, Any]) -> Card:
    """Return the card that `write_card` wrote."""
    return Card(
        coverage=_read_strip(content["coverage"]),
        redundancy=_read_strip(content["redundancy"]),
        far_distance=_read_strip(content["farDistance"]),
        regions=tuple(UncoveredRegion(region["row"], region["nRows"]) for region in content["regions"]),
        is_weighted=content["isWeighted"],
        n_sampled=content["nSampled"],
        # Servers of earlier versions do not send the rest.
        amounts=tuple(
            Amount(AmountKind(amount["kind"]), _read_strip(amount), amount["total"])
            for amount in content.get("amounts", ())
        ),
        classes=_read_classes(content.get("classes")),
        left_out=content.get("leftOut", 0.0),
    )


def _read_classes(content: Mapping[str, Any] | None) -> PredictedClasses | None:
    if content is None:
        return None
    shares = (tuple(content[name]) for name in ("pool", "random", "selected"))
    return PredictedClasses(tuple(content["names"]), *shares)


def _write_strip(strip: Strip) -> dict[str, Any]:
    return {"selected": strip.selected, "random": list(strip.random)}


def _read_strip(content: Mapping[str, Any]) -> Strip:
    return Strip(content["selected"], tuple(content["random"]))
