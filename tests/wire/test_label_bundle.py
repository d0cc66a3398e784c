from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.store import Kind
from al_core.store.label_sets import NewLabelSet
from al_core.wire.array_bundle import write_bundle
from al_core.wire.label_bundle import read_labels, write_labels


def test_labels_arrive_as_they_were_sent(tmp_path: Path) -> None:
    annotations = np.array([(3,), (1,)], [("row", np.int64)])
    sent = NewLabelSet(
        "week 29", "classification", np.array([1, 3]), {Kind.LABEL: annotations}, "round 1", {"file": "l"}
    )
    with (tmp_path / "body").open("wb") as file:
        write_labels(file, sent)
    arrived = read_labels(tmp_path / "body")
    assert (arrived.name, arrived.task, arrived.round) == ("week 29", "classification", "round 1")
    assert (arrived.rows.tolist(), dict(arrived.attributes)) == ([1, 3], {"file": "l"})
    assert arrived.tables[Kind.LABEL]["row"].tolist() == [3, 1]
    assert arrived.tables[Kind.LABEL].dtype == annotations.dtype


@pytest.mark.parametrize("attributes", [{"name": 1}, {"attributes": []}, {"round": None}])
def test_another_bundle_is_refused(tmp_path: Path, attributes: dict[str, object]) -> None:
    with (tmp_path / "body").open("wb") as file:
        write_bundle(file, {"rows": np.zeros(2)}, attributes)
    with pytest.raises(FileFormatError, match="the body is not labels"):
        read_labels(tmp_path / "body")
