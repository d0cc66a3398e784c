import orjson
import pytest

from al_core.config import SelectionConfig
from al_core.selection import SelectionQuality
from al_core.store import Provenance, TagRole
from al_core.store.provenance import ArraySource

SELECTION = Provenance(
    role=TagRole.SELECTION,
    config=SelectionConfig("CORAL", 20, name="picked", score_name="margin", seed=7),
    quality=SelectionQuality(20, 0.5, 0.75, 0.25),
    embedding=ArraySource("default", "6fc4"),
    score=ArraySource("margin", "90ab"),
)


@pytest.mark.parametrize("provenance", [SELECTION, Provenance("union", ("cats", "dogs")), Provenance()])
def test_what_is_stored_is_read_back(provenance: Provenance) -> None:
    assert Provenance.from_json(orjson.loads(orjson.dumps(provenance.to_json()))) == provenance


def test_only_what_says_something_is_stored() -> None:
    assert Provenance("list", ("names.txt",)).to_json() == {"operation": "list", "tags": ("names.txt",), "version": 1}


def test_what_a_later_version_adds_is_passed_over() -> None:
    content = SELECTION.to_json()
    content["config"]["weather"] = "fine"
    content["mood"] = "good"
    content["version"] = 2
    assert Provenance.from_json(content).config == SELECTION.config


def test_what_an_earlier_version_did_not_store_has_its_default() -> None:
    provenance = Provenance.from_json({"config": {"method": "CORESET", "n_samples": 5}, "quality": {"n_added": 5}})
    assert provenance.config is not None
    assert (provenance.config.method, provenance.config.min_distance) == ("CORESET", -1)
    assert provenance.quality == SelectionQuality(5)
    assert provenance.role is None


def test_a_method_that_is_not_there_any_more_leaves_the_rest_readable() -> None:
    provenance = Provenance.from_json({"config": {"method": "ORACLE"}, "embedding": {"name": "a", "digest": "b"}})
    assert provenance == Provenance(embedding=ArraySource("a", "b"))
