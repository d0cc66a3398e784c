"""What a file holds and how it meets the dataset, before anything is stored."""

import json

import streamlit as st

from al_core.formats import JoinReport, Predictions, ScoreTable
from al_core.text import counted
from ui import state

CLASSES_SHOWN = 8


def show_recognised(found: Predictions | ScoreTable, label: str) -> None:
    if isinstance(found, ScoreTable):
        listed = ", ".join(found.scores)
        text = f"**Ready-made scores** · {counted(len(found.filenames), 'row')} · {state.plain(listed)}"
        text += "".join(f"\n- {state.plain(finding.sentence())}" for finding in found.findings)
    else:
        shown = ", ".join(found.class_names[:CLASSES_SHOWN]) + (", …" if len(found.class_names) > CLASSES_SHOWN else "")
        task = found.task.replace("-", " ").capitalize()
        classes = f"{counted(len(found.class_names), 'class')}: {state.plain(shown)}" if shown else "no classes"
        text = f"**{task}** · {label} · {counted(len(found), 'row')} · {classes}"
    st.markdown(f":material/manage_search: {text}")


def show_report(report: JoinReport) -> None:
    matched, missing, unknown, duplicate = st.columns(4)
    matched.metric("Matched samples", f"{report.n_used:,}", border=True)
    missing.metric(f"Without {report.wording.noun}", f"{report.n_samples - report.n_used:,}", border=True)
    unknown.metric("Unknown filenames", f"{len(report.unknown):,}", border=True)
    duplicate.metric("Duplicate filenames", f"{len(report.duplicate):,}", border=True)
    st.markdown("\n".join(f"- {state.plain(sentence)}" for sentence in report.sentences()))


def report_download(report: JoinReport) -> None:
    st.download_button(
        "Full report",
        lambda: json.dumps(report.to_json(), indent=1, ensure_ascii=False),
        file_name=f"{report.source}-report.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Every filename of every list above, as JSON",
    )
