import pytest

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import Cancelled, NotFoundError
from al_core.store import Dataset
from al_core.wire.connection import Connection
from al_core.wire.selection_job import options_of, select


def test_a_server_selects_and_the_tag_comes_back(server: str, dataset: Dataset) -> None:
    config = SelectionConfig(SamplingMethod.CORESET, 3, name="spread", seed=0)
    progress: list[tuple[int, int]] = []
    tag = select(Connection(server), dataset.id, config, {}, lambda done, total: progress.append((done, total)))
    assert tag == dataset.tag("spread")
    assert tag.size == 3
    assert tag.provenance.config == config


def test_the_ids_of_query_and_labeled_set_arrive(server: str, dataset: Dataset) -> None:
    labeled = dataset.create_tag("labeled", dataset.rows_of(["a.png"]))
    config = SelectionConfig(SamplingMethod.RANDOM, 2, name="second round", seed=0)
    tag = select(Connection(server), dataset.id, config, {"preselectedTagId": labeled.id})
    assert tag.labeled_tag_id == labeled.id
    assert 0 in tag.rows.tolist()


def test_an_error_of_the_job_comes_back_as_its_class(server: str, dataset: Dataset) -> None:
    config = SelectionConfig(SamplingMethod.ACTIVE_LEARNING, 2, name="by score", score_name="missing", seed=0)
    with pytest.raises(NotFoundError, match="there is no score 'missing'"):
        select(Connection(server), dataset.id, config, {})


def test_a_cancelled_selection_leaves_no_tag_or_has_come_out_before(server: str, dataset: Dataset) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled

    config = SelectionConfig(SamplingMethod.RANDOM, 2, name="cancelled", seed=0)
    try:
        tag = select(Connection(server), dataset.id, config, {}, cancel)
    except Cancelled:
        assert not dataset.has_tag("cancelled")
    else:
        # The server was faster than the request to stop: what is stored is reported.
        assert tag == dataset.tag("cancelled")


def test_what_a_server_can_do_is_asked_once(server: str) -> None:
    connection = Connection(server)
    options = options_of(connection)
    assert options["checks"]
    assert options_of(connection) is options
