"""Every score with its formula and histogram, and the samples that score highest."""

import numpy as np
import streamlit as st

from al_core.explore.filters import highest_first
from al_core.scorers import score_named
from al_core.store import Dataset, StoredArray
from ui import charts
from ui.images import image_url

TABLE_ROWS = 200

OWN_SCORE = "A score of your own: higher means more worth labeling"


def show_scores(dataset: Dataset) -> None:
    scores = dataset.arrays.all("score")
    if not scores:
        st.info("No scores yet. Drop a prediction file above.", icon=":material/bar_chart:")
        return
    st.subheader("Scores")
    columns = st.columns(min(len(scores), 3))
    for position, score in enumerate(scores):
        with columns[position % 3], st.container(border=True):
            values = dataset.arrays.read(score)
            n_scored = int((~np.isnan(values)).sum())
            st.markdown(f"**{score.name}**", help=f"{n_scored:,} of {len(values):,} samples have this score")
            st.caption(formula(score))
            st.plotly_chart(
                charts.score_histogram(values), key=f"histogram-{score.name}", config={"displayModeBar": False}
            )
    _show_table(dataset, scores)


def formula(stored: StoredArray) -> str:
    score = score_named(stored.name, stored.facts.get("task"))
    return score.formula if score else OWN_SCORE


def _show_table(dataset: Dataset, scores: list[StoredArray]) -> None:
    names = [score.name for score in scores]
    heading, choice = st.columns([3, 1], vertical_alignment="bottom")
    by = choice.selectbox("Sorted by", names, help="The highest come first")
    heading.markdown(f"**The {min(TABLE_ROWS, dataset.n_samples):,} highest of {dataset.n_samples:,} samples**")
    rows = highest_first(dataset.arrays.read(dataset.arrays.get("score", by)))[:TABLE_ROWS]
    table = {"Image": [image_url(dataset, row) for row in rows.tolist()], "Filename": dataset.filenames(rows)}
    table |= {score.name: dataset.arrays.read(score)[rows] for score in scores}
    st.dataframe(
        table,
        hide_index=True,
        row_height=48,
        height=420,
        column_config={
            "Image": st.column_config.ImageColumn(width="small"),
            **{name: st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.3f") for name in names},
        },
    )
