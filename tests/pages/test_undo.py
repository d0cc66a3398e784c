"""One click takes back what the click before it changed, and only that."""

import numpy as np
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.store import Dataset, Model, NewModel, TagRole
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button, field
from tests.patience import PATIENCE
from ui import jobs

BATCH = "al-iteration-1"


def undo(app: AppTest) -> AppTest:
    return app.button(key="undo-latest").click().run()


def says(app: AppTest, sentence: str) -> bool:
    return any(sentence in unescaped(element.value) for element in app.markdown)


def names(dataset: Dataset) -> set[str]:
    return {tag.name for tag in dataset.tags()}


def test_a_pick_on_explore_is_taken_back_with_its_round(line: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    button(app, "Pick these 32").click().run()
    assert [each.name for each in workflow.rounds(line)] == [BATCH]
    assert says(app, f"Selected 32 images as “{BATCH}”.")
    undo(app)
    assert names(line) == {"initial-tag", "some"}
    assert workflow.rounds(line) == []
    assert says(app, "Which of these 40 images should you label next?")


def test_a_selection_is_taken_back_on_whatever_page_somebody_is_when_it_has_ended(
    line: Dataset, open_page: Open
) -> None:
    app, other = open_page("select"), open_page("tags")
    button(app, "Run selection").click().run()
    job = jobs.latest(f"selection:{line.id}")
    assert job is not None
    assert job.wait(PATIENCE)
    app.switch_page("../pages/tags.py").run()
    # Who did not begin it is not asked whether it is to stay.
    assert not any(each.key == "undo-latest" for each in other.run().button)
    undo(app)
    assert names(line) == {"initial-tag", "some"}


def test_who_takes_a_selection_back_takes_back_that_it_was_sent(line: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    button(app, "Pick these 32").click().run()
    assert not line.tag(BATCH).is_sent
    app.download_button[0].click().run()
    assert line.tag(BATCH).is_sent
    assert says(app, f"“{BATCH}” is with labelers from now on, and not picked again.")
    undo(app)
    assert line.tag(BATCH).provenance.sent_at is None
    assert [each.name for each in workflow.rounds(line)] == [BATCH]


def test_images_taken_back_from_labelers_are_with_them_again(line: Dataset, open_page: Open) -> None:
    selection = workflow.run_selection(line, SelectionConfig("CORESET", 8, name=BATCH, seed=1))
    workflow.mark_sent(line, selection.tag)
    sent_at = line.tag(BATCH).provenance.sent_at
    app = open_page("rounds")
    button(app, "Release what is missing").click().run()
    assert not line.tag(BATCH).is_sent
    undo(app)
    assert line.tag(BATCH).is_sent
    assert line.tag(BATCH).provenance.sent_at == sent_at


def test_a_mark_and_a_name_of_a_tag_are_taken_back(line: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    next(toggle for toggle in app.toggle if toggle.label == "Its images are labeled").set_value(True).run()
    assert line.tag("some").counts_as_labeled
    assert says(app, "Marked “some” as labeled.")
    undo(app)
    assert not line.tag("some").counts_as_labeled
    field(app, "New name").input("a few").run()
    button(app, "Rename").click().run()
    assert says(app, "“some” is called “a few” now.")
    undo(app)
    assert names(line) == {"initial-tag", "some"}


def test_a_mark_and_a_name_that_others_have_changed_since_are_not_taken_back(line: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    field(app, "New name").input("a few").run()
    button(app, "Rename").click().run()
    line.rename_tag(line.tag("a few"), "theirs")
    undo(app)
    assert names(line) == {"initial-tag", "theirs"}
    assert says(app, "It stays: somebody else has changed it since.")
    next(toggle for toggle in app.toggle if toggle.label == "Its images are labeled").set_value(True).run()
    line.set_tag_role(line.tag("theirs"), TagRole.REGION)
    undo(app)
    assert line.tag("theirs").role is TagRole.REGION
    assert says(app, "It stays: somebody else has changed it since.")


def scored(dataset: Dataset, name: str, *scores: str) -> Model:
    return dataset.models.store(NewModel(name, {score: np.linspace(0, 1, 40) for score in scores}, n_samples=40))


def plain_names(dataset: Dataset) -> dict[str, set[str]]:
    """Which scores of each model have their plain names."""
    models = dataset.models.all()
    return {model.name: {name for name, score in model.scores.items() if score.name == name} for model in models}


def test_scores_that_a_current_model_took_are_given_back_to_whoever_had_them(line: Dataset, open_page: Open) -> None:
    first = scored(line, "first", "margin", "entropy")
    scored(line, "second", "margin")
    scored(line, "third", "entropy")
    # The newest one has nothing to do with it.
    scored(line, "fourth", "loss")
    before = plain_names(line)
    assert before == {"first": set(), "second": {"margin"}, "third": {"entropy"}, "fourth": {"loss"}}
    app = open_page("predictions")
    app.button(key=f"current-{first.id}").click().run()
    assert plain_names(line)["first"] == {"margin", "entropy"}
    undo(app)
    assert plain_names(line) == before


def test_what_others_have_built_on_is_not_taken_from_under_them(line: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    button(app, "Pick these 32").click().run()
    workflow.run_selection(line, SelectionConfig("RANDOM", 34, name="theirs", seed=1), labeled_tag=line.tag(BATCH))
    undo(app)
    assert names(line) == {"initial-tag", "some", BATCH, "theirs"}
    assert says(app, f"It stays: tag '{BATCH}' has children: delete theirs first.")
