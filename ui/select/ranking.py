"""Whether the scores rank: the only check that sees a useless score."""

import streamlit as st

from al_core import workflow
from al_core.evaluation import Statistic
from al_core.evaluation.ranking_power import USEFUL_AUC, ranking_sentence
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.scorers import score_title
from al_core.store import Dataset, Kind
from ui.messages import plain


def show_ranking(dataset: Dataset) -> None:
    """Say whether the score that selections prefer ranks mistakes above right predictions; the others on demand."""
    aucs = _ranked(_content(dataset), dataset)
    if not aucs:
        return
    name, auc = next(iter(aucs.items()))
    text = f"**{plain(score_title(name))}**: {plain(ranking_sentence(auc))}"
    if auc.speaks and auc.value < USEFUL_AUC:
        st.warning(text, icon=":material/warning:")
    else:
        st.caption(text)
    if len(aucs) > 1 and auc.speaks:
        with st.expander("Do the other scores rank?"):
            for other in list(aucs)[1:]:
                st.caption(f"**{plain(score_title(other))}**: {plain(ranking_sentence(aucs[other]))}")


def _content(dataset: Dataset) -> str:
    """Return what the ranks are calculated from: the current model with its scores, all labels, and the reserve."""
    model = dataset.models.current(CLASSIFICATION)
    scores = [(name, stored.digest) for name, stored in model.scores.items()] if model else []
    labels = [stored.id for stored in dataset.labels.all()]
    reserve = [stored.digest for stored in dataset.arrays.all(Kind.RESERVE)]
    return f"{dataset.image_key} {dataset.n_samples} {model.id if model else None} {scores} {labels} {reserve}"


# All labels and predictions are read for it, which was a fifth of each run of the page.
@st.cache_resource(max_entries=16, show_spinner=False)
def _ranked(content: str, _dataset: Dataset) -> dict[str, Statistic]:
    return workflow.rank_scores(_dataset)
