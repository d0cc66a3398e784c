"""The page Select as tests read and operate it."""

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.demos.digits import INITIAL_SELECTION
from al_core.store import Dataset
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from ui import jobs

EVERYTHING = ""
"""The choice that stands for all that is labeled."""


def box(app: AppTest, label: str) -> Selectbox[str]:
    return next(each for each in app.selectbox if each.label == label)


def labeled(app: AppTest) -> str:
    return str(box(app, "Already labeled").value)


def press_run(app: AppTest, dataset: Dataset) -> AppTest:
    button(app, "Run selection").click().run()
    job = jobs.latest(f"selection:{dataset.id}")
    assert job is None or job.wait(PATIENCE)
    return app.run()


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.subheader]


def refusals(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def leave_and_return(app: AppTest) -> AppTest:
    app.switch_page("../pages/tags.py").run()
    return app.switch_page("../pages/select.py").run()


def select_32(dataset: Dataset, name: str = "al-iteration-1") -> workflow.Selection:
    config = SelectionConfig("RANDOM", 132, name=name, score_name="uncertainty_margin", seed=1)
    return workflow.run_selection(dataset, config, labeled_tag=dataset.tag(INITIAL_SELECTION))
