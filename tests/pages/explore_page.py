"""The page Explore as tests read and operate it."""

import json
import re
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from al_core.explore.filters import Filters
from al_core.store import Dataset
from tests.pages.conftest import Open
from ui.explore.filters import filters_key

MARGIN = "uncertainty_margin"


def explore(open_page: Open, dataset: Dataset, **wanted: Any) -> AppTest:
    app = open_page("explore")
    app.session_state[filters_key(dataset)] = Filters(**wanted)
    return app.run()


def ringed(app: AppTest) -> Selectbox[str]:
    return next(box for box in app.selectbox if box.label == "Highlight tag")


def count(app: AppTest) -> str:
    return next(text.value for text in app.markdown if re.match(r"\*\*[\d,]+\*\* of ", text.value)).replace("*", "")


def sent_to(app: AppTest, component: str) -> Any:
    """What the page has sent to a component of the browser."""
    messages = [element.proto for element in app.get("bidi_component")]
    return next(json.loads(message.json) for message in messages if message.component_name == component)
