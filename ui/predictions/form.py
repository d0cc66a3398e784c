"""From a file to stored scores: read, compare with the dataset, show the comparison, store on the button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from al_core import workflow
from al_core.exceptions import InvalidInputError, NotAllowedError
from al_core.formats import JoinReport, Policy, PredictionFiles, Predictions, ScoreTable
from al_core.formats.choices import Missing
from al_core.jobs import JobState
from al_core.steps.empty_images import earlier_empty_predictions
from al_core.steps.predictions import store_model
from al_core.store import Dataset
from al_core.store.models import Model
from al_core.text import counted
from al_core.types import Progress
from ui import jobs
from ui.clicks import clicked
from ui.earlier_answer import show_earlier_answer
from ui.messages import notify, plain
from ui.predictions.columns import offer_to_undo, show_columns
from ui.predictions.displaced import displaced_by, put_back
from ui.predictions.labels_instead import offer_to_store_labels
from ui.predictions.layout import choose_layout, completed
from ui.predictions.logits import ask_for_softmax
from ui.predictions.report import report_download, show_recognized, show_report
from ui.predictions.source import Contents, PredictionSource, forget_source, read_source, reading_failed
from ui.predictions.threshold import choose_threshold
from ui.reruns import rerun
from ui.session import Key, next_round
from ui.undo import offer_undo_of_storing
from ui.uploads import discard_staged
from ui.visitor import obstacle


@dataclass(frozen=True)
class Outcome:
    """What came of storing: in words, and what takes it back, if that is certain."""

    sentence: str
    undo: Callable[[], object] | None


_MEANINGS = {Missing.UNKNOWN: "Not predicted", Missing.EMPTY: "Nothing found"}


def import_form(dataset: Dataset, files: PredictionFiles) -> None:
    """Draw the form for these files; while large ones are stored, how far that is."""
    # By dataset, so that a reload of the page finds the job again.
    key = f"store:{dataset.id}"
    job = jobs.show(key, unit="images")
    if job and job.state is JobState.FINISHED:
        jobs.forget(key)
        _finish(dataset, files, job.result)
    elif job or jobs.latest(key) is None:
        try:
            _check_and_store(dataset, files)
        except InvalidInputError as error:
            offer_to_undo(files.predictions)
            if not offer_to_store_labels(dataset, files.predictions, str(error)):
                raise


def _check_and_store(dataset: Dataset, files: PredictionFiles) -> None:
    layout = choose_layout(files)
    source = layout.source
    contents = read_source(source)
    if contents is None:
        if reading_failed(source):
            offer_to_store_labels(dataset, files.predictions)
        return
    ask_for_softmax(files.predictions, contents)
    show_recognized(contents, layout.label)
    show_columns(files.predictions, contents.columns)
    if isinstance(contents, ScoreTable) and not contents.scores:
        reasons = " ".join(finding.sentence() for finding in contents.findings)
        if offer_to_store_labels(dataset, files.predictions, reasons):
            return
    key = f"{source.key} {dataset.id} {dataset.n_samples} {dataset.images_dir}"
    if isinstance(contents, Predictions):
        contents, depends = completed(dataset, contents, layout.room)
        key += depends
        threshold = choose_threshold(files.predictions, contents)
        key += f" {threshold}"
    else:
        threshold = None
    report = _joined(key, source.name, layout.policy, dataset, contents, threshold)
    if isinstance(contents, Predictions) and contents.can_be_empty and report.missing and report.matched:
        contents = replace(contents, missing=_asked_missing(dataset, report))
        report = _joined(f"{key} {contents.missing}", source.name, layout.policy, dataset, contents, threshold)
    show_report(report)
    note = workflow.unscored_note(dataset, report)
    if note and report.usable:
        st.warning(plain(note), icon=":material/visibility_off:")
    _store_button(dataset, source, contents, report)


def _asked_missing(dataset: Dataset, report: JoinReport) -> Missing:
    """Draw the question what it means that the file has no entry for some images, and return the answer."""
    earlier = earlier_empty_predictions(dataset, report)
    proposed = Missing.EMPTY if earlier and earlier.holds else Missing.UNKNOWN
    options = list(_MEANINGS)
    # Without a key its text is its identity: a file with other gaps is asked about anew.
    answer = st.radio(
        f"{counted(len(report.missing), 'image')} of {report.n_samples:,} without an entry in the file",
        options,
        index=options.index(proposed),
        format_func=lambda missing: _MEANINGS[missing],
        horizontal=True,
        help="Many tools write nothing for an image without objects. Such an image has scores, too: it is certain",
    )
    show_earlier_answer(earlier, _MEANINGS[Missing.EMPTY])
    return answer or Missing.UNKNOWN


# Only what is on the page, with both answers about missing entries: a report holds every filename.
@st.cache_resource(max_entries=2, show_spinner="Comparing with the dataset…")
def _joined(
    key: str, name: str, policy: Policy, _dataset: Dataset, _contents: Contents, threshold: float | None
) -> JoinReport:
    return workflow.check_predictions(_dataset, _contents, source=name, policy=policy, confidence_threshold=threshold)


def _store_button(dataset: Dataset, source: PredictionSource, contents: Contents, report: JoinReport) -> None:
    name = source.files.predictions.stem
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Without a key its default is part of its identity: a file of another name proposes that.
        typed = st.text_input("Name of the model", name, help="Its predictions and scores are kept under this name")
        name = typed.strip() or name
        reason = obstacle(None if report.usable else "The file cannot be used as it is: see the report")
        is_wanted = clicked(
            "Store and score", key="store-predictions", is_next=True, icon=":material/save:", reason=reason
        )
        report_download(report)
    if not is_wanted:
        return

    def work(progress: Progress | None = None) -> Outcome:
        before = workflow.models(dataset)
        model = store_model(dataset, contents, report, name=name, progress=progress)
        sentence = f"Scored {counted(report.n_used, 'image')} ({counted(len(model.scores), 'score')})"
        rescored = workflow.rescored_note(before, [model])
        if rescored:
            sentence += f": {rescored}"
        return Outcome(sentence, _undo_of(dataset, model, before))

    # A small file is stored within this run: a job would only flicker.
    if source.is_large:
        jobs.start(f"store:{dataset.id}", f"Storing {source.name}", work)
        rerun()
    _finish(dataset, source.files, work())


def _undo_of(dataset: Dataset, model: Model, before: Sequence[Model]) -> Callable[[], object] | None:
    """Return what takes back that predictions were stored as a model, or None if they were there before.

    Args:
        dataset: Where they were stored.
        model: What they became.
        before: The models of the dataset before.
    """
    earlier = next((other for other in before if other.id == model.id), model)
    if not model.is_new and model.confidence_threshold == earlier.confidence_threshold:
        return None
    displaced = displaced_by(before, model)

    def undo() -> None:
        present = next((other for other in workflow.models(dataset) if other.id == model.id), model)
        if present.confidence_threshold != model.confidence_threshold:
            raise NotAllowedError("somebody else has changed its threshold since")
        if model.is_new:
            workflow.delete_model(dataset, model)
        else:
            workflow.change_threshold(dataset, model, earlier.confidence_threshold)
        # Another one that somebody has made current since stays so.
        if present.is_current:
            put_back(dataset, displaced)

    return undo


def _finish(dataset: Dataset, files: PredictionFiles, outcome: Outcome) -> None:
    """Let go of the files, so that the page is ready for the next ones."""
    if outcome.undo is None or dataset.server:
        notify(outcome.sentence)
    else:
        offer_undo_of_storing(outcome.sentence, outcome.undo)
    forget_source()
    _joined.clear()
    for path in (files.predictions, files.images, files.class_names):
        if path:
            discard_staged(path)
    next_round(Key.PREDICTIONS_ROUND)
    rerun()
