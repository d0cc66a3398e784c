"""What a file holds and how it meets the dataset, before anything is stored."""

import json

import streamlit as st

from al_core.formats import JoinReport, Predictions, ScoreTable
from al_core.text import counted
from ui.messages import plain, plain_list, show_error
from ui.predictions.source import Contents

N_CLASSES_SHOWN = 8


def show_recognized(contents: Contents, label: str) -> None:
    """Say what the file holds; `label` names its layout."""
    text = _scores(contents) if isinstance(contents, ScoreTable) else _predictions(contents, label)
    st.markdown(f":material/manage_search: {text}")


def _scores(table: ScoreTable) -> str:
    if not table.scores:
        return f"**No predictions** · {counted(len(table.filenames), 'row')}"
    return f"**Scores** · {counted(len(table.filenames), 'row')} · {plain(', '.join(table.scores))}"


def _predictions(predictions: Predictions, label: str) -> str:
    names = predictions.class_names
    listed = ", ".join(names[:N_CLASSES_SHOWN]) + (", …" if len(names) > N_CLASSES_SHOWN else "")
    classes = f"{counted(len(names), 'class')}: {plain(listed)}" if names else "no classes"
    task = predictions.task.replace("-", " ").capitalize()
    return f"**{task}** · {label} · {counted(len(predictions), 'row')} · {classes}"


def show_report(report: JoinReport) -> None:
    """Draw the counts and the sentences of a report, and first of all why the file cannot be used."""
    show_obstacles(report)
    matched, missing, unknown, duplicate = st.columns(4)
    matched.metric("Matched images", f"{report.n_used:,}", border=True)
    missing.metric(f"Without {report.wording.noun}", f"{report.n_samples - report.n_used:,}", border=True)
    unknown.metric("Unknown filenames", f"{len(report.unknown):,}", border=True)
    duplicate.metric("Duplicate filenames", f"{len(report.duplicate):,}", border=True)
    show_sentences(report)


def show_obstacles(report: JoinReport) -> None:
    """Draw in red why a file cannot be used, its likely cause first."""
    for obstacle in report.obstacles():
        show_error(obstacle)


def show_sentences(report: JoinReport) -> None:
    """Draw what a report says beside its obstacles."""
    obstacles = report.obstacles()
    st.markdown(plain_list([sentence for sentence in report.sentences() if sentence not in obstacles]))


def report_download(report: JoinReport) -> None:
    """Draw the button that downloads a report with all its lists."""
    # A function, so that JSON of a million filenames is made on the click and not in every run.
    st.download_button(
        "Full report",
        lambda: json.dumps(report.to_json(), indent=1, ensure_ascii=False),
        file_name=f"{report.source}-report.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Every filename of every list above, as JSON",
    )
