"""What Select shows of selections that were made."""

import numpy as np
import pytest

from al_core import workflow
from al_core.config import LIMITS, PREDICTED_CLASS, AtMost, Between, Exclude, Pattern, Quota, SelectionConfig
from al_core.demos.digits import INITIAL_SELECTION
from al_core.steps.selections import SelectionRequest
from al_core.steps.stored_pool import draw_of
from al_core.store import Dataset
from al_core.types import Rows
from tests.pages.conftest import Open, table_of, unescaped
from tests.pages.select_page import box, figures, headings, press_run, select_32


def test_a_selection_that_is_deleted_is_no_longer_shown(digits: Dataset, open_page: Open) -> None:
    app = press_run(open_page("select"), digits)
    assert "al-iteration-1" in headings(app)
    app.switch_page("../pages/tags.py").run()
    digits.delete_tag(digits.tag("al-iteration-1"))
    app.switch_page("../pages/select.py").run()
    assert headings(app) == [INITIAL_SELECTION]


def test_replaced_scores_are_reported_and_distinguished_from_those_of_the_selection(
    digits: Dataset, open_page: Open
) -> None:
    app = press_run(open_page("select"), digits)
    before = figures(app)["Mean score"]
    workflow.store_scores(digits, np.arange(1797), {"uncertainty_margin": np.full(1797, 0.25)})
    app.run()
    assert any(
        "score 'uncertainty_margin' has been replaced since" in unescaped(warning.value) for warning in app.warning
    )
    assert "Mean score" not in figures(app)
    assert (figures(app)["Mean score when selected"], figures(app)["Mean score now"]) == (before, "0.250")


def test_after_a_selection_was_handed_out_new_scores_are_the_way_of_every_round(
    digits: Dataset, open_page: Open
) -> None:
    app = press_run(open_page("select"), digits)
    before = figures(app)["Mean score"]
    workflow.mark_sent(digits, digits.tag("al-iteration-1"))
    workflow.store_scores(digits, np.arange(1797), {"uncertainty_margin": np.full(1797, 0.25)})
    app.run()
    assert not any("replaced since" in unescaped(warning.value) for warning in app.warning)
    assert figures(app)["Mean score"] == before


def test_a_selection_is_shown_against_random_and_never_called_better(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    said = "\n".join(caption.value for caption in app.caption)
    assert "RANDOM" in said
    assert "of the picks nearly repeat another" in said
    assert "better" not in said
    assert [expander.label for expander in app.expander][-1] == "More figures"


def test_select_says_when_nothing_tells_whether_the_score_ranks(digits: Dataset, open_page: Open) -> None:
    said = [unescaped(caption.value) for caption in open_page("select").caption]
    assert any("Whether the score ranks is unknown: no test share was used" in caption for caption in said)


def test_earlier_selections_are_shown_with_their_dates(digits: Dataset, open_page: Open) -> None:
    select_32(digits, "first")
    select_32(digits, "second")
    app = open_page("select")
    history = box(app, "Selection")
    assert [option.partition(" · ")[0] for option in history.options] == ["second", "first", INITIAL_SELECTION]
    assert headings(app) == ["second"]
    history.set_value(digits.tag("first").id).run()
    assert headings(app) == ["first"]


def test_a_selection_says_what_its_limits_cost_and_what_it_holds_of_each_class(
    digits: Dataset, open_page: Open
) -> None:
    limits = [Quota(PREDICTED_CLASS, {"3": (0, 2)}), Between("uncertainty_margin", 0.5)]
    config = SelectionConfig("ACTIVE_LEARNING", 132, name="limited", seed=1, limits=limits)
    workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    app = open_page("select")
    said = [unescaped(caption.value) for caption in app.caption]
    assert any(text.startswith("Predicted class: 3 at most 2: covers ") for text in said)
    assert "Predicted classes" in [expander.label for expander in app.expander]


@pytest.mark.parametrize(("limits", "n_draws"), [([], 0), ([AtMost(20, per=Pattern("digit_{}??.png"))], 20)])
def test_random_draws_once_more_only_where_groups_are_to_be_counted(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch, limits: list[AtMost], n_draws: int
) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 110, name="mine", seed=1, limits=limits)
    selection = workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    workflow.selection_card(digits, selection)
    seeds = []

    def draw_and_count(request: SelectionRequest, n_rows: int, seed: int) -> Rows:
        seeds.append(seed)
        return draw_of(request, n_rows, seed)

    monkeypatch.setattr("al_core.steps.limit_costs.draw_of", draw_and_count)
    monkeypatch.setattr("al_core.steps.stored_pool.draw_of", draw_and_count)
    app = open_page("select")
    assert len(seeds) == n_draws
    assert ("Images by “digit_{}??.png”" in [unescaped(expander.label) for expander in app.expander]) == bool(n_draws)
    counts = table_of(app, "Images by “digit_{}??.png”")
    assert sum(map(int, counts.get("selected", []))) == (len(selection.added_rows) if n_draws else 0)


def test_settings_of_a_newer_version_are_shown_and_not_repeated(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = SelectionConfig("RANDOM", 132, name="from tomorrow", limits=[Exclude("duplicates")])
    workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    # As if this version had no such limit.
    monkeypatch.delitem(LIMITS, "exclude")
    app = open_page("select")
    assert headings(app) == ["from tomorrow"]
    assert any("cannot be repeated" in info.value for info in app.info)
