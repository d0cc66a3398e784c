import pytest

from al_core.api.server.errors import ApiError
from al_core.api.server.sample_ids import filename_of, row_of
from al_core.store import Workspace
from al_core.store.local_dataset import LocalDataset


def test_an_id_is_the_dataset_s_beginning_and_the_row_in_hexadecimal(dataset: LocalDataset) -> None:
    assert row_of(dataset, f"{dataset.id[:16]}00000005") == 5
    assert filename_of(dataset, 5) == "f.png"


def test_a_pending_sample_has_an_id_too(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.samples.add("g.png", {})
    dataset = workspace.dataset(dataset.name)
    assert row_of(dataset, f"{dataset.id[:16]}00000006") == 6
    assert filename_of(dataset, 6) == "g.png"


@pytest.mark.parametrize("number", ["00000006", "ffffffff", "0000005", "000000005", "+0000005", "0000000F", ""])
def test_what_is_no_id_of_the_dataset_is_a_404(dataset: LocalDataset, number: str) -> None:
    with pytest.raises(ApiError, match="has no sample") as refusal:
        row_of(dataset, dataset.id[:16] + number)
    assert refusal.value.status_code == 404


def test_an_id_of_another_dataset_is_a_404(dataset: LocalDataset) -> None:
    with pytest.raises(ApiError, match="has no sample"):
        row_of(dataset, "0" * 24)
