from al_core.jobs import Job
from ui.jobs import _progress_text


def test_a_job_that_waits_says_so() -> None:
    text = _progress_text(Job("Selecting by CORESET"), "picked", "getting ready", False)
    assert text == "Selecting by CORESET · waiting until other work has ended"
