"""Select on the workers of a Dask scheduler, for people at this machine."""

import json
from dataclasses import asdict

import pytest

from al_core.api.server.door.visitor import Visitor
from al_core.cluster import connection
from al_core.store import Dataset
from tests.cluster.processes import DaskProcesses
from tests.pages.conftest import Open, unescaped
from tests.pages.select_page import figures, press_run

FIELD = "Dask scheduler"


def test_a_selection_runs_on_the_workers_of_the_scheduler_that_is_named(
    digits: Dataset, open_page: Open, dask_processes: DaskProcesses
) -> None:
    app = open_page("select")
    app.text_input(key="cluster").set_value(f" {dask_processes.address} ").run()
    assert figures(press_run(app, digits))["New"] == "32"


def test_a_scheduler_that_does_not_answer_is_said_and_nothing_is_stored(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_SECONDS_TO_CONNECT", 1)
    n_tags = len(digits.tags())
    app = open_page("select")
    app.text_input(key="cluster").set_value("tcp://127.0.0.1:9").run()
    press_run(app, digits)
    assert any("no Dask scheduler answers at tcp://127.0.0.1:9" in unescaped(error.value) for error in app.error)
    assert len(digits.tags()) == n_tags


def test_people_elsewhere_name_no_scheduler(digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Visitor(is_here=False)
    monkeypatch.setattr("ui.visitor.door_header", lambda: json.dumps(asdict(elsewhere)))
    assert FIELD not in [field.label for field in open_page("select").text_input]
