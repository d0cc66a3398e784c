"""Whether the scores rank: the only check that sees a useless score."""

import streamlit as st

from al_core import workflow
from al_core.evaluation.ranking_power import USEFUL_AUC, ranking_sentence
from al_core.scorers import score_title
from al_core.store import Dataset
from ui.messages import plain


def show_ranking(dataset: Dataset) -> None:
    """Say whether the score that selections prefer ranks mistakes above right predictions; the others on demand."""
    aucs = workflow.rank_scores(dataset)
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
