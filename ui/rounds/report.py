"""What the rounds bought, calculated once for each state of the dataset."""

import streamlit as st

from al_core import workflow
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_results import RoundsReport
from al_core.store import Dataset


def cached_report(dataset: Dataset, plan: RoundPlan) -> RoundsReport:
    """Return the report; a forecast draws 500 curves, which takes a second."""
    # What a report depends on: who is in which round, whose predictions there are, how their boxes were scored, and
    # what was marked or released.
    tags = [f"{tag.id} {tag.role} {tag.sent_at} {tag.released_at}" for tag in dataset.tag_summaries()]
    models = [f"{model.id} {model.name} {model.confidence_threshold}" for model in dataset.models.all()]
    labels = [f"{stored.id}" for stored in workflow.label_sets(dataset)]
    return _report("\n".join([dataset.id, *tags, *models, *labels]), plan, dataset)


@st.cache_resource(max_entries=8, show_spinner="Judging the models on the test labels…")
def _report(depends: str, plan: RoundPlan, _dataset: Dataset) -> RoundsReport:
    return workflow.report_rounds(_dataset, plan)
