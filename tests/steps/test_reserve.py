import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, InvalidInputError, MissingInputError, NotAllowedError
from al_core.steps.manifest import make_manifest, repeat
from al_core.steps.reserve import group_numbers, mixed, read_reserve
from al_core.steps.selections import Selection
from al_core.store import INITIAL_TAG, Dataset, Kind, LocalDataset, TagRole, Workspace


@pytest.fixture
def hundred(workspace: Workspace) -> LocalDataset:
    """A dataset of 100 samples on a circle, with a score that rises from row to row."""
    angles = np.linspace(0, np.pi, 100)
    names = [f"{row:03}.png" for row in range(100)]
    workflow.create_dataset(workspace, "hundred", names, np.column_stack([np.cos(angles), np.sin(angles)]))
    dataset = workspace.dataset("hundred")
    workflow.store_scores(dataset, np.arange(100), {"mine": np.linspace(0, 1, 100)})
    return dataset


def select(dataset: Dataset, name: str, n_samples: int, test_share: float = 0.0, **options: object) -> Selection:
    options = {"method": "ACTIVE_LEARNING", "seed": 3} | options
    config = SelectionConfig(n_samples=n_samples, name=name, test_share=test_share, **options)  # type: ignore[arg-type]
    return workflow.run_selection(dataset, config)


def test_the_first_test_share_fixes_a_population_and_a_tenth_of_it_as_reserve(hundred: LocalDataset) -> None:
    selection = select(hundred, "round 1", 30, 0.1)
    population = hundred.tag("population")
    stored = read_reserve(hundred)
    assert stored
    assert (population.size, len(stored.reserve.rows)) == (100, 10)
    assert (population.parent_id, population.role) == (hundred.tag(INITIAL_TAG).id, TagRole.REGION)
    assert selection.test_rows.tolist() == sorted(stored.reserve.strata[0].drawn[:3].tolist())
    assert selection.tag.size == len(selection.added_rows) == 30
    assert len(selection.picked_rows) == 27
    test_tag = hundred.tag("round 1 test")
    assert (test_tag.role, test_tag.rows.tolist()) == (TagRole.TEST, selection.test_rows.tolist())
    assert hundred.tags()[0] == selection.tag
    with pytest.raises(NotAllowedError, match="'population' is the population that test samples are drawn from"):
        hundred.delete_tag(population)


def test_no_method_picks_from_the_reserve_and_each_round_labels_its_next_rows(hundred: LocalDataset) -> None:
    picked = []
    tested = []
    for number in range(1, 4):
        selection = select(hundred, f"round {number}", 20 * number, 0.1)
        picked += selection.picked_rows.tolist()
        tested += selection.test_rows.tolist()
        hundred.set_tag_role(selection.tag, TagRole.LABELED)
    stored = read_reserve(hundred)
    assert stored
    drawn = stored.reserve.strata[0].drawn.tolist()
    # The highest scores outside the reserve, without a gap.
    assert picked == [row for row in range(99, -1, -1) if row not in drawn][:54]
    assert sorted(tested) == sorted(drawn[:6])
    assert workflow.test_set(hundred).tolist() == sorted(tested)
    assert workflow.training_set(hundred).tolist() == sorted(picked)
    without = select(hundred, "by hand", 70)
    assert not set(without.added_rows.tolist()) & set(drawn)
    # Test rows count in the size of the labeled set.
    assert without.tag.size == 70


def test_the_sent_list_does_not_end_with_the_test_samples(hundred: LocalDataset) -> None:
    selection = select(hundred, "round 1", 40, 0.25)
    is_test = np.isin(selection.added_rows, selection.test_rows)
    assert is_test.sum() == 10
    assert 0 < np.flatnonzero(is_test).mean() < 35
    assert mixed(np.array([5, 3]), np.empty(0, np.int64), 1).tolist() == [5, 3]


def test_a_used_up_reserve_adds_no_more_test_rows(hundred: LocalDataset) -> None:
    with pytest.warns(ALCoreWarning, match="asks for 50 test images, and the reserve has 10 left"):
        first = select(hundred, "batch", 50, 1.0)
    assert len(first.added_rows) == len(first.test_rows) == 10
    hundred.set_tag_role(first.tag, TagRole.LABELED)
    with pytest.warns(ALCoreWarning, match="asks for 5 test images, and the reserve has 0 left"):
        second = select(hundred, "round 2", 20, 0.5)
    assert (len(second.test_rows), len(second.picked_rows)) == (0, 10)
    reason = "every image of the test reserve is in a selection or labeled"
    with pytest.warns(ALCoreWarning, match="has 0 left"), pytest.raises(InvalidInputError, match=reason):
        select(hundred, "batch 2", 30, 1.0)


def test_an_outlook_counts_the_test_samples_that_the_reserve_has_left(hundred: LocalDataset) -> None:
    select(hundred, "round 1", 16, 0.5)
    config = SelectionConfig("ACTIVE_LEARNING", 20, name="round 2", test_share=0.5, seed=3)
    outlook = workflow.check_selection(hundred, config)
    # Ten are set aside, and a draft that nobody has labeled uses eight of them up.
    assert (outlook.n_picked, outlook.n_tests) == (18, 2)
    assert outlook.warnings == ("the test share asks for 10 test images, and the reserve has 2 left",)
    with pytest.warns(ALCoreWarning, match="the reserve has 2 left"):
        assert len(workflow.run_selection(hundred, config).test_rows) == 2


def test_a_selection_without_a_limit_gets_its_share_on_top(hundred: LocalDataset) -> None:
    selection = select(hundred, "spread", -1, 0.25, method="CORESET", min_distance=0.2)
    assert len(selection.test_rows) == np.ceil(len(selection.picked_rows) / 3)


def test_what_was_labeled_before_is_in_no_population(hundred: LocalDataset) -> None:
    labeled = hundred.create_tag("done", np.arange(40))
    hundred.set_tag_role(labeled, TagRole.LABELED)
    selection = select(hundred, "round 1", 60, 0.1)
    assert hundred.tag("population").rows.tolist() == list(range(40, 100))
    assert len(selection.test_rows) == 2
    assert selection.tag.parent_id == labeled.id


def test_new_arrivals_are_a_stratum_of_their_own(hundred: LocalDataset) -> None:
    first = select(hundred, "round 1", 20, 0.1)
    hundred.set_tag_role(first.tag, TagRole.LABELED)
    for row in range(100, 150):
        hundred.samples.add(f"{row}.png", {})
    hundred.grow("week 30")
    second = select(hundred, "round 2", 60, 0.1, method="RANDOM")
    stored = read_reserve(hundred)
    assert stored
    assert hundred.tag("population-2").rows.tolist() == list(range(100, 150))
    assert [len(stratum.drawn) for stratum in stored.reserve.strata] == [10, 5]
    # Two of 100 had been tested, none of 50: the arrivals catch up.
    assert (second.test_rows >= 100).sum() == 2
    assert second.tag.provenance.n_strata == 2


def test_groups_are_tested_or_trained_on_as_a_whole(hundred: LocalDataset) -> None:
    hundred.arrays.save(Kind.METADATA, {"camera": np.repeat(np.arange(20.0), 5)})
    selection = select(hundred, "round 1", 40, 0.1, test_groups="camera")
    stored = read_reserve(hundred)
    assert stored
    tested = set((stored.reserve.rows // 5).tolist())
    assert (len(tested), len(stored.barred)) == (2, 10)
    assert not tested & set((selection.picked_rows // 5).tolist())
    with pytest.raises(MissingInputError, match="no metadata 'patient' to keep groups together by; there is: camera"):
        group_numbers(hundred, "patient")


def test_samples_without_a_group_stand_for_themselves(dataset: Dataset) -> None:
    dataset.arrays.save(Kind.METADATA, {"camera": np.array([1, np.nan, 1, np.nan, 2, 2])})
    dataset.arrays.save(Kind.CATEGORY, {"patient": np.array([0, -1, 0, 1, -1, 1])}, {"names": ["a", "b"]})
    for column in ("camera", "patient"):
        numbers = group_numbers(dataset, column)
        assert numbers is not None
        assert len(np.unique(numbers)) == 4


def test_a_manifest_repeats_a_selection_with_test_samples(hundred: LocalDataset) -> None:
    first = select(hundred, "round 1", 20, 0.1)
    hundred.set_tag_role(first.tag, TagRole.LABELED)
    second = select(hundred, "round 2", 40, 0.1, method="CORESET")
    manifest = make_manifest(hundred, second.tag)
    assert manifest["config"]["test_share"] == 0.1
    assert repeat(hundred, manifest).tolist() == second.picked_rows.tolist()


def test_without_a_test_share_nothing_is_stored_for_it(hundred: LocalDataset) -> None:
    selection = select(hundred, "plain", 20)
    assert read_reserve(hundred) is None
    assert [tag.name for tag in hundred.tags()] == ["plain", INITIAL_TAG]
    assert "test_share" not in selection.tag.provenance.to_json()["config"]
    assert "test_set" not in make_manifest(hundred, selection.tag)


def test_two_who_fix_a_population_at_once_do_not_mix_theirs(hundred: LocalDataset, workspace: Workspace) -> None:
    def meanwhile(done: int, total: int) -> None:
        if "theirs" not in {tag.name for tag in hundred.tags()}:
            select(workspace.dataset("hundred"), "theirs", 20, 0.1)

    config = SelectionConfig("CORESET", 20, name="mine", test_share=0.1, seed=8)
    with pytest.raises(NotAllowedError, match="somebody else has just stored the reserve '1'"):
        workflow.run_selection(hundred, config, progress=meanwhile)
    assert not hundred.has_tag("mine")
    assert [tag.name for tag in hundred.tags() if tag.is_population] == ["population"]


def test_a_population_of_one_is_refused(dataset: Dataset) -> None:
    one = dataset.create_tag("one", np.array([2]))
    config = SelectionConfig("RANDOM", 1, name="one of one", test_share=0.5)
    with pytest.raises(InvalidInputError, match="nothing to train on"):
        workflow.run_selection(dataset, config, query_tag=one)
