import json

from al_core.evaluation import Amount, AmountKind, Card, PredictedClasses, Strip, UncoveredRegion
from al_core.wire.card import read_card, write_card


def test_a_card_comes_out_of_json_as_it_went_in() -> None:
    card = Card(
        coverage=Strip(0.71, (0.62, 0.65)),
        redundancy=Strip(0.0, (0.01, 0.03)),
        far_distance=Strip(0.4, (0.42, 0.45)),
        regions=(UncoveredRegion(row=12, n_rows=214),),
        is_weighted=True,
        n_sampled=1000,
        amounts=(Amount(AmountKind.CLASSES, Strip(9, (7, 10)), 10),),
        classes=PredictedClasses(("cat", "dog"), (0.75, 0.25), (0.7, 0.3), (0.5, 0.5)),
        left_out=0.75,
    )
    written = json.loads(json.dumps(write_card(card)))
    assert read_card(written) == card
    assert written["sentences"][0] == "covers 71% of what the model is unsure about; RANDOM 62% to 65%"
    assert written["verdict"] == ""


def test_a_card_of_an_earlier_server_has_no_amounts() -> None:
    strip = Strip(0.7, (0.6, 0.65))
    written = write_card(Card(strip, strip, strip, (), True, 1000))
    for later in ("amounts", "classes", "leftOut"):
        del written[later]
    card = read_card(written)
    assert (card.amounts, card.classes, card.left_out) == ((), None, 0.0)
