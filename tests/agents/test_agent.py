from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from al_core import ActiveLearningAgent, LocalClient, SelectionConfig
from al_core.config import SamplerConfig
from al_core.exceptions import ALCoreWarning, InvalidInputError
from al_core.scorers import Scorer, ScorerClassification, ScorerSemanticSegmentation
from al_core.store import Dataset, Kind, Workspace
from tests.conftest import FILENAMES


@pytest.fixture
def client(workspace: Workspace, dataset: Dataset) -> LocalClient:
    return LocalClient(workspace, dataset.id)


def predictions(*confidences: float) -> ScorerClassification:
    return ScorerClassification(np.array([[p, 1 - p] for p in confidences]))


def test_before_a_query_nothing_is_labeled_and_added_set_is_an_error(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    assert (agent.query_set, agent.labeled_set, agent.unlabeled_set) == (FILENAMES, [], FILENAMES)
    with pytest.raises(RuntimeError, match=r'Cannot compute "added set" before querying\.'):
        _ = agent.added_set


def test_a_query_returns_labeled_and_added_and_keeps_the_query_set(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    labeled, added = agent.query(SelectionConfig("CORESET", 2))
    assert labeled == added == agent.labeled_set == agent.added_set == ["a.png", "f.png"]
    assert agent.query_set == FILENAMES
    assert agent.unlabeled_set == ["b.png", "c.png", "d.png", "e.png"]


def test_n_samples_counts_the_labeled_samples(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    agent.query(SelectionConfig("CORESET", 2, name="first"))
    labeled, added = agent.query(SelectionConfig("CORESET", 3, name="second"))
    assert (len(labeled), added) == (3, ["d.png"])


def test_a_new_agent_continues_from_a_preselected_tag(client: LocalClient) -> None:
    ActiveLearningAgent(client).query(SelectionConfig("CORESET", 2, name="first"))
    agent = ActiveLearningAgent(client, preselected_tag_name="first")
    assert agent.labeled_set == ["a.png", "f.png"]


def test_only_the_query_tag_is_selected_from(client: LocalClient) -> None:
    client.create_tag_from_filenames(["b.png", "c.png", "e.png"], "sharp")
    client.create_tag_from_filenames(["a.png", "b.png"], "labeled")
    agent = ActiveLearningAgent(client, query_tag_name="sharp", preselected_tag_name="labeled")
    assert agent.unlabeled_set == ["c.png", "e.png"]
    labeled, added = agent.query(SelectionConfig("CORESET", 3))
    assert (labeled, added) == (["a.png", "b.png", "e.png"], ["e.png"])


def test_an_unknown_tag_is_a_key_error_that_lists_the_existing_tags(client: LocalClient) -> None:
    with pytest.raises(KeyError, match="no tag 'sharp'; its tags are: 'initial-tag'"):
        ActiveLearningAgent(client, query_tag_name="sharp")


def test_fewer_samples_than_labeled_is_a_warning_and_changes_nothing(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    agent.query(SelectionConfig("CORESET", 3))
    with pytest.warns(ALCoreWarning, match="there are 3 of them already"):
        assert agent.query(SelectionConfig("CORESET", 2, name="fewer")) == (agent.labeled_set, [])
    assert len(agent.added_set) == 3
    assert "fewer" not in [tag.name for tag in client.get_all_tags()]


def test_distance_alone_can_be_the_stop(client: LocalClient) -> None:
    # At least 2 * sin(4 degrees) apart: of the angles 0, 1, 2, 3, 10, 11 only 0 and 11 can go together.
    spacing = 2 * np.sin(np.deg2rad(8) / 2)
    labeled, _ = ActiveLearningAgent(client).query(SelectionConfig("CORESET", -1, min_distance=spacing + 1e-3))
    assert labeled == ["a.png", "f.png"]


def test_scores_follow_the_order_of_the_query_set(client: LocalClient) -> None:
    _, added = ActiveLearningAgent(client).query(
        SelectionConfig("ACTIVE_LEARNING", 2), predictions(0.9, 0.6, 0.9, 0.5, 0.9, 0.9)
    )
    assert sorted(added) == ["b.png", "d.png"]


def test_scores_of_the_unlabeled_set_are_recognized_by_their_length(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    agent.query(SelectionConfig("CORESET", 2, name="first"))
    agent.query(SelectionConfig("ACTIVE_LEARNING", 3, name="second"), predictions(0.9, 0.9, 0.5, 0.9))
    assert agent.added_set == ["d.png"]


def test_scores_of_any_other_length_are_a_value_error_that_names_both(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    agent.query(SelectionConfig("CORESET", 2, name="first"))
    with pytest.raises(ValueError, match=r"\(5,\).* 6 samples of query_set.* 4 samples of unlabeled_set"):
        agent.query(SelectionConfig("CORAL", 3), predictions(0.9, 0.9, 0.9, 0.9, 0.9))


def test_a_taken_name_stops_a_query_before_scores_are_stored(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    client.create_tag_from_filenames(["a.png"], "taken")
    with pytest.raises(RuntimeError, match="There already exists a tag with tag_name taken"):
        agent.query(SelectionConfig("CORAL", 3, name="taken"), predictions(*[0.9] * 6))
    assert client.dataset.arrays.all(Kind.SCORE) == []


def test_a_consumed_generator_is_reported(client: LocalClient) -> None:
    maps: Iterator[np.ndarray] = (np.full((2, 2, 2), 0.5) for _ in range(6))
    list(maps)
    with pytest.raises(ValueError, match="a generator of predictions can be read only once"):
        ActiveLearningAgent(client).upload_scores(ScorerSemanticSegmentation(maps))


def test_scores_can_be_uploaded_without_a_selection(client: LocalClient) -> None:
    ActiveLearningAgent(client).upload_scores(predictions(*[0.9] * 6))
    assert len(client.dataset.arrays.all(Kind.SCORE)) == 3
    assert len(client.get_all_tags()) == 1


def test_a_custom_scorer_needs_one_method(client: LocalClient) -> None:
    class Brightness(Scorer):
        def calculate_scores(self) -> dict[str, np.ndarray]:
            return {"darkness": 1 - np.asarray(self.model_output)}

    scorer = Brightness([0.5, 0.9, 0.1, 0.7, 0.6, 0.8])
    _, added = ActiveLearningAgent(client).query(SelectionConfig("ACTIVE_LEARNING", 1), scorer)
    assert added == ["c.png"]


class Returning(Scorer):
    """Returns what it was made of."""

    def calculate_scores(self) -> Any:
        return self.model_output


@pytest.mark.parametrize(
    ("scorer", "problem"),
    [
        (np.full((6, 2), 0.5), r"al_scorer is a scorer, such as ScorerClassification.*, not a ndarray"),
        (Returning(None), "calculate_scores returns arrays by the names of the scores, not NoneType"),
        (Returning({"wide": [[1.0], [1.0, 0.5]]}), "score 'wide' needs rows of equal length"),
    ],
    ids=["predictions", "nothing", "ragged"],
)
def test_what_is_no_scorer_is_refused_before_anything_is_stored(client: LocalClient, scorer: Any, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        ActiveLearningAgent(client).query(SelectionConfig("ACTIVE_LEARNING", 1), scorer)
    assert len(client.get_all_tags()) == 1


def test_the_older_keyword_and_name_of_the_configuration_work(client: LocalClient) -> None:
    labeled, _ = ActiveLearningAgent(client).query(sampler_config=SamplerConfig(n_samples=2))
    assert len(labeled) == 2


@pytest.mark.parametrize(
    "configs",
    [{}, {"selection_config": "CORAL"}, {"selection_config": SelectionConfig(), "sampler_config": SelectionConfig()}],
)
def test_a_query_takes_exactly_one_configuration(client: LocalClient, configs: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="pass one SelectionConfig"):
        ActiveLearningAgent(client).query(**configs)


def test_default_names_never_collide(client: LocalClient) -> None:
    agent = ActiveLearningAgent(client)
    for total in (2, 2, 2):
        agent.query(SelectionConfig("CORESET", total))
    assert len(client.get_all_tags()) == 4


@pytest.mark.parametrize("test_share", [0.0, 0.25])
def test_the_labeled_set_is_training_set_and_test_set(client: LocalClient, test_share: float) -> None:
    agent = ActiveLearningAgent(client)
    agent.query(SelectionConfig("RANDOM", n_samples=4, name="first", seed=1, test_share=test_share))
    assert sorted(agent.training_set + agent.test_set) == sorted(agent.labeled_set)
    assert len(agent.test_set) == 4 * test_share
    assert len(agent.query_set) == len(agent.unlabeled_set) + 4
    [first] = agent.rounds
    assert (first.name, first.n_added, first.n_back) == ("first", 4, 0)
