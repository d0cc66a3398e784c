"""Would CORAL have beaten RANDOM here? The labels there are, hidden and chosen again with each method."""

import plotly.graph_objects as go
import streamlit as st

from al_core import workflow
from al_core.config import SamplingMethod
from al_core.evaluation import Refusal, Replay
from al_core.evaluation.replay import LEAST_TESTS, LEAST_TRAINING
from al_core.jobs import JobState
from al_core.store import Dataset
from ui import jobs
from ui.charts import BLUE
from ui.messages import plain
from ui.snippet import show_snippet

HEIGHT = 340
# The hues of the map; RANDOM, the baseline, is gray and dotted.
COLORS = {
    SamplingMethod.CORAL: BLUE,
    SamplingMethod.CORESET: "#009e73",
    SamplingMethod.ACTIVE_LEARNING: "#d55e00",
    SamplingMethod.RANDOM: "#8a8a8a",
}
ICONS = {"ahead": "trending_up", "behind": "trending_down", "cannot tell": "question_mark"}


def show_replay(dataset: Dataset) -> None:
    """Draw the button, the replay under way, and what it showed."""
    st.caption(
        "Would CORAL have beaten RANDOM here? The labels you have are hidden and chosen again, round by round, with "
        "each method; a small model on the embeddings is judged on the test labels alone, in 20 repetitions. It takes "
        f"{LEAST_TRAINING} training and {LEAST_TESTS} test labels of classes."
    )
    key = f"replay:{dataset.id}"
    jobs.start_button(
        "Replay my labels",
        key,
        "Replaying the labels",
        lambda progress: workflow.replay(dataset, progress=progress),
        icon=":material/replay:",
        hint="Takes up to a minute for 1,000 labels; nothing is stored",
    )
    job = jobs.show(key, unit="projects")
    if job is not None and job.state is JobState.FINISHED:
        _show(job.result)
    show_snippet("replay-snippet", lambda: _code(dataset))


def _code(dataset: Dataset) -> str:
    return (
        f"from al_core import LocalClient, workflow\n\n"
        f"result = workflow.replay(LocalClient(dataset_id={dataset.name!r}).dataset)\n"
        # A `Refusal` has no verdicts.
        "for verdict in getattr(result, 'verdicts', ()):\n    print(verdict.text())\n"
    )


def _show(result: Replay | Refusal) -> None:
    if isinstance(result, Refusal):
        st.info(f"Nothing to tell yet: {plain(result.reason)}.", icon=":material/replay:")
        return
    for verdict in result.verdicts:
        st.markdown(f":material/{ICONS[verdict.word]}: **{plain(verdict.text())}.**")
    st.plotly_chart(replay_figure(result), key="replay-curves", config={"displayModeBar": False})
    if not all(verdict.is_of_random_pool for verdict in result.verdicts):
        st.caption(
            "Points are quoted only where the labels were drawn at random: labels that a method chose flatter or "
            "punish the others."
        )


def replay_figure(result: Replay) -> go.Figure:
    """Return the mean accuracy of each method over the labels that it has chosen."""
    figure = go.Figure(
        [
            go.Scatter(
                x=result.n_labels,
                y=100 * accuracies,
                mode="lines+markers",
                name=str(method),
                line={"color": COLORS[method], "width": 2, "dash": "dot" if method == "RANDOM" else "solid"},
                hovertemplate=f"{method}, %{{x:,}} labels: %{{y:.1f}}%<extra></extra>",
            )
            for method, accuracies in result.accuracies.items()
        ]
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        xaxis={"title": "Labels chosen", "fixedrange": True},
        yaxis={"title": "Accuracy of a small model, %", "fixedrange": True},
        legend={"orientation": "h", "y": 1.12},
    )
    return figure
