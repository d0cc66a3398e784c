"""A page with nothing but the embedding map; `?n=` sets its number of points."""

import numpy as np
import streamlit as st

from ui.embedding_map import Categories, Ring, Rings, Values, embedding_map


@st.cache_resource
def clouds(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Round clouds around the corners of a square, one category each; row 0 lies alone in its middle."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 4
    points = np.array([[-4, -4], [4, -4], [4, 4], [-4, 4]])[labels] + rng.normal(size=(n, 2))
    points[:1] = 0
    return points.astype(np.float32), labels


st.set_page_config(layout="wide")
points, labels = clouds(int(st.query_params.get("n", 100_000)))
colors: Categories | Values
if st.radio("Color by", ["corner", "height"], horizontal=True) == "corner":
    colors = Categories("corner", labels, ("southwest", "southeast", "northeast", "northwest"))
else:
    colors = Values("height", points[:, 1])
shown = points[:, 1] > 0 if st.checkbox("Only the upper half") else None
selection = embedding_map(
    points,
    key="map",
    colors=colors,
    rings=Rings(
        ring=Ring("Labeled", np.arange(len(points))[40:80]),
        sent=Ring("Sent", np.arange(len(points))[120:160]),
        test=Ring("Test", np.arange(len(points))[160:200]),
        highlight=Ring("Selected", np.arange(len(points))[80:120]),
    ),
    shown=shown,
    card_url="/cards/{row}.json",
    image_url="/pictures/{row}",
)
rows = selection.rows(points, colors)
st.text(f"{len(rows)} inside, picked {selection.picked}")
