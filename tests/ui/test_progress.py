from threading import Event

import requests

from al_core.jobs import Job, Jobs
from al_core.types import Progress
from tests.patience import PATIENCE
from tests.serving import served
from ui.progress import Wording
from ui.progress.routes import progress_app


def test_a_job_that_waits_says_so() -> None:
    text = Wording("picked").describe(Job("Selecting by CORESET"))
    assert text == "Selecting by CORESET · waiting until other work has ended"


def test_a_title_cannot_turn_the_text_around_or_break_its_line() -> None:
    text = Wording("images").describe(Job("Reading cat\u202egnp.\nexe"))
    assert text == "Reading cat[U+202E]gnp. exe · waiting until other work has ended"


def test_the_browser_is_told_how_far_a_job_is_and_when_it_has_ended() -> None:
    has_begun, may_end = Event(), Event()

    def work(progress: Progress) -> None:
        progress(0, 8)
        has_begun.set()
        may_end.wait(PATIENCE)

    jobs = Jobs()
    job = jobs.start("key", "Embedding", work)
    has_begun.wait(PATIENCE)
    with served(progress_app(jobs.find)) as address:
        url = f"{address}/{job.id}?unit=images&waiting=looking+for+images"
        answer = requests.get(url, timeout=PATIENCE)
        assert answer.json() == {"isRunning": True, "text": "Embedding · looking for images", "fraction": 0.0}
        assert answer.headers["cache-control"] == "no-store"
        may_end.set()
        job.wait(PATIENCE)
        assert requests.get(url, timeout=PATIENCE).json() == {"isRunning": False}


def test_a_job_that_is_forgotten_has_ended() -> None:
    with served(progress_app(Jobs().find)) as address:
        assert requests.get(f"{address}/0", timeout=PATIENCE).json() == {"isRunning": False}
