import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core.exceptions import InvalidInputError
from tests.patience import PATIENCE
from ui.embedding_map import Values, embedding_map

SQUARE = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
POINTS = np.array([[0, 0], [0.5, 0.5], [4, 0], [4, 2]], np.float32)


def page() -> None:
    import numpy as np
    import streamlit as st

    from ui.embedding_map import Ring, Rings, Values, embedding_map

    points = np.array([[0, 0], [0.5, 0.5], [4, 0], [4, 2]], np.float32)
    colors = Values("margin", np.linspace(0, 1, 4))
    selection = embedding_map(points, key="map", colors=colors, rings=Rings(ring=Ring("Labeled", np.array([2]))))
    st.text(f"rows {selection.rows(points, colors).tolist()}, picked {selection.picked}")


def test_a_page_shows_the_map_with_nothing_selected() -> None:
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.exception
    assert app.text[0].value == "rows [], picked None"


def test_a_page_learns_what_was_drawn_and_picked() -> None:
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["map"] = {"selection": {"polygon": SQUARE, "generation": 0}, "picked": 2}
    assert app.run().text[0].value == "rows [0, 1], picked 2"


def test_arrays_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="colors must have one entry for each of 4 points"):
        embedding_map(POINTS, key="map", colors=Values("margin", np.zeros(3)))
    with pytest.raises(InvalidInputError, match="shown must have one entry for each of 4 points"):
        embedding_map(POINTS, key="map", shown=np.ones(5, bool))
    with pytest.raises(InvalidInputError, match=r"points must have shape \(N, 2\)"):
        embedding_map(np.zeros((4, 3)), key="map")
