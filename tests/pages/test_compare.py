"""What Compare shows before anybody pays for labels, and what it refuses."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.evaluation import Interval, Replay, ReplayVerdict, Strip
from al_core.exceptions import InvalidInputError
from al_core.jobs import Job
from al_core.steps.snippet import comparison_code
from al_core.steps.views import ViewOrigin, save_view
from al_core.store import Dataset, Kind
from al_core.types import Progress
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from ui import jobs
from ui.compare.replay import replay_figure
from ui.compare.result import map_points, picks_figure, scale_of


def finished(app: AppTest, key: str) -> AppTest:
    """The page once the job of that key has ended."""
    job = jobs.latest(key)
    assert job is None or job.wait(PATIENCE)
    return app.run()


def fail(_: Progress) -> None:
    raise InvalidInputError("it failed")


def test_methods_stand_side_by_side_and_one_becomes_the_selection(digits: Dataset, open_page: Open) -> None:
    app = open_page("compare")
    methods = next(box for box in app.multiselect if box.label == "Methods")
    methods.set_value([SamplingMethod.CORAL, SamplingMethod.RANDOM])
    next(box for box in app.number_input if box.label == "New images").set_value(10)
    n_tags = len(digits.tags())
    button(app, "Compare").click().run()
    finished(app, f"compare:{digits.id}")
    shown = unescaped("\n".join(text.value for text in [*app.caption, *app.subheader]))
    assert "CORAL and RANDOM share" in shown
    assert shown.count("of what the model is unsure about; RANDOM") == 2
    assert len(digits.tags()) == n_tags
    assert not app.code
    app.session_state["compare-snippet"] = True
    assert "compare(client, configs)" in app.run().code[0].value
    next(found for found in app.button if found.key == "compare-choose-CORAL").click().run()
    [selection, *_] = digits.tags()
    assert selection.name == "al-iteration-1"
    assert workflow.read_selection(digits, selection)


def test_what_is_missing_is_said_on_the_click_and_no_button_waits_for_a_field(digits: Dataset, open_page: Open) -> None:
    app = open_page("compare")
    next(box for box in app.multiselect if box.label == "Methods").set_value([])
    app = button(app, "Compare").click().run()
    assert "There is no method to compare" in app.error[0].value
    next(box for box in app.multiselect if box.label == "Methods").set_value([SamplingMethod.RANDOM])
    next(box for box in app.number_input if box.label == "New images").set_value(5000)
    app = button(app, "Compare").click().run()
    assert "are left to choose from: ask for fewer" in unescaped(app.error[0].value)
    assert not button(app, "Compare").disabled
    tags = open_page("tags")
    next(field for field in tags.text_input if field.key == "duplicates-name").set_value("")
    tags = button(tags, "Find duplicates").click().run()
    assert "tag name '' is not allowed" in unescaped(tags.error[0].value)


def test_code_is_sent_once_its_place_is_opened(digits: Dataset, open_page: Open) -> None:
    app = open_page("compare")
    assert not app.code
    app.session_state["replay-snippet"] = True
    assert "workflow.replay" in app.run().code[0].value


def test_a_replay_that_cannot_tell_says_what_is_missing(digits: Dataset, open_page: Open) -> None:
    app = open_page("compare")
    button(app, "Replay my labels").click().run()
    finished(app, f"replay:{digits.id}")
    assert "Nothing to tell yet" in unescaped("\n".join(text.value for text in app.info))


def test_each_method_has_a_curve_over_the_labels_it_chose() -> None:
    verdict = ReplayVerdict(SamplingMethod.CORAL, Interval(0.1, 0.05, 0.2, n=60), ("RANDOM",))
    accuracies = {SamplingMethod.RANDOM: np.array([0.5, 0.6]), SamplingMethod.CORAL: np.array([0.5, 0.7])}
    figure = replay_figure(Replay(np.array([10, 20]), accuracies, (verdict,)))
    assert [curve.name for curve in figure.data] == ["RANDOM", "CORAL"]
    assert list(figure.data[1].y) == [50, 70]


def test_the_same_figure_of_all_candidates_has_one_scale(digits: Dataset) -> None:
    assert scale_of([Strip(0.9, (0.5, 0.6)), Strip(0.4, (0.5, 0.65))]) == (0.4, 0.9)


def test_the_code_compares_again(digits: Dataset) -> None:
    code = comparison_code(digits, [SelectionConfig("CORAL", 120, score_name="uncertainty_margin", seed=3)])
    names: dict[str, object] = {}
    exec(compile(code, "snippet", "exec"), names)
    assert "comparison" in names


@pytest.mark.parametrize("n_looks", range(4))
@pytest.mark.parametrize(("label", "key"), [("Compare", "compare"), ("Replay my labels", "replay")])
def test_a_job_that_ends_while_it_is_drawn_leaves_its_progress_or_a_button_to_start_again(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch, n_looks: int, label: str, key: str
) -> None:
    app = open_page("compare")
    assert jobs.start(f"{key}:{digits.id}", label, fail).wait(PATIENCE)
    looks = iter([True] * n_looks)
    monkeypatch.setattr(Job, "is_running", property(lambda _: next(looks, False)))
    app.run()
    assert not button(app, label).disabled or any(each.label == "Cancel" for each in app.button)


def test_picks_are_shown_on_the_map_that_explore_shows(digits: Dataset) -> None:
    principal = map_points(digits)
    embedding = digits.arrays.newest(Kind.EMBEDDING)
    assert embedding is not None
    umap = np.arange(2 * digits.n_samples, dtype=np.float32).reshape(-1, 2)
    save_view(digits, embedding, umap, ViewOrigin(embedding.digest, "UMAP", seed=0))
    assert principal is not None
    assert principal.shape == umap.shape
    np.testing.assert_array_equal(map_points(digits), umap)


def test_a_pick_that_came_after_the_embedding_is_on_no_map() -> None:
    picks = picks_figure(np.array([[0, 0], [3, 5]], np.float32), np.array([1, 2])).data[1]
    assert (list(picks.x), list(picks.y)) == ([3], [5])
