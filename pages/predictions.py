from pathlib import Path

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.formats import JoinReport, Policy, Predictions, read_predictions
from al_core.store import INITIAL_TAG, Dataset, StoredArray
from ui import charts, state
from ui.images import image_url

TABLE_ROWS = 200

POLICIES = {
    Policy.SKIP: "Skip them",
    Policy.FILL: "Fill samples without a prediction with equal probabilities",
    Policy.REJECT: "Refuse the file",
}
FORMULAS = {
    "uncertainty_least_confidence": "(1 − p₁) · C / (C − 1), with p₁ the best of C classes",
    "uncertainty_margin": "1 − (p₁ − p₂), with p₁ and p₂ the two best classes",
    "uncertainty_entropy": "−Σ p · log₂ p / log₂ C, over all C classes",
}


def drop_zone(dataset: Dataset) -> Path | None:
    uploaded = st.file_uploader(
        "Predictions of a classifier",
        type=["csv", "npy", "npz"],
        key=f"predictions-{st.session_state.get('upload-round', 0)}",
        help="CSV with `filename` and one column per class, or .npy/.npz with one row per sample",
    )
    if uploaded:
        return state.staged_file(uploaded)
    typed = st.text_input("… or the path of the file on this machine", help="For files too large to upload")
    return Path(typed).expanduser() if typed else None


@st.cache_resource(max_entries=2, show_spinner="Reading the file…")
def read_file(path: str, changed_at: int, filenames_of: str, _filenames: list[str] | None) -> Predictions:
    return read_predictions(Path(path), filenames=_filenames)


def check_and_store(dataset: Dataset, file: Path) -> None:
    order, bad_rows = st.columns(2)
    tags = {tag.name: tag for tag in dataset.tags()}
    is_array = file.suffix in (".npy", ".npz")
    query = order.selectbox(
        "Rows are in the order of",
        list(tags),
        index=list(tags).index(INITIAL_TAG),
        disabled=not is_array,
        help="The query set that was predicted" if is_array else "The file names its samples itself",
    )
    policy = bad_rows.selectbox(
        "Rows that cannot be used",
        list(POLICIES),
        format_func=POLICIES.get,
        help="What happens to bad rows and to samples without a prediction",
    )
    filenames = dataset.filenames(tags[query].rows) if is_array else None
    predictions = read_file(str(file), file.stat().st_mtime_ns, tags[query].id, filenames)
    report = workflow.check_predictions(dataset, predictions, source=file.name, policy=policy)
    show_report(report)
    name = st.text_input("Name of these predictions", file.stem, help="Shown wherever their scores are used")
    reason = None if report.usable else "The file cannot be used as it is: see the report"
    if st.button("Store and score", type="primary", disabled=not report.usable, help=reason, icon=":material/save:"):
        names = workflow.store_predictions(dataset, predictions, report, name=name or file.stem)
        state.notify(f"Stored {len(names)} scores of {report.matched:,} samples")
        st.session_state["upload-round"] = st.session_state.get("upload-round", 0) + 1
        st.rerun()


def show_report(report: JoinReport) -> None:
    matched, missing, unknown, duplicate = st.columns(4)
    matched.metric("Matched samples", f"{report.matched:,}", border=True)
    missing.metric("Without a prediction", f"{len(report.missing):,}", border=True)
    unknown.metric("Unknown filenames", f"{len(report.unknown):,}", border=True)
    duplicate.metric("Duplicate filenames", f"{len(report.duplicate):,}", border=True)
    for sentence in report.sentences():
        st.text(f"• {sentence}")


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
            st.caption(FORMULAS.get(score.name, "A score of your own: higher means more worth labelling"))
            st.plotly_chart(
                charts.score_histogram(values), key=f"histogram-{score.name}", config={"displayModeBar": False}
            )
    show_table(dataset, scores)


def show_table(dataset: Dataset, scores: list[StoredArray]) -> None:
    names = [score.name for score in scores]
    heading, choice = st.columns([3, 1], vertical_alignment="bottom")
    by = choice.selectbox("Sorted by", names, help="The highest come first")
    heading.markdown(f"**The {min(TABLE_ROWS, dataset.n_samples):,} highest of {dataset.n_samples:,} samples**")
    rows = workflow.highest_rows(dataset, by, TABLE_ROWS)
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


st.title("Predictions")
dataset = state.require_dataset()
st.caption(
    f"{dataset.name} · {dataset.n_samples:,} samples. Drop what your model predicted: the file is checked first, "
    "and stored only when you say so."
)
file = drop_zone(dataset)
if file is None:
    example = workflow.example_predictions(dataset)
    st.download_button(
        "An example file for this dataset",
        example,
        file_name=f"{dataset.name}-predictions-example.csv",
        icon=":material/download:",
        on_click="ignore",
        help="A CSV with the right filenames: use it as a template, or drop it above to see what happens",
    )
else:
    with state.errors_explained():
        check_and_store(dataset, file)
show_scores(dataset)
