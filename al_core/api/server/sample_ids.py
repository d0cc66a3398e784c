import numpy as np

from al_core.api.server.errors import ApiError
from al_core.store import LocalDataset


def row_of(dataset: LocalDataset, sample_id: str) -> int:
    """Return the row of a sample's id."""
    prefix, number = sample_id[:16], sample_id[16:]
    is_id = prefix == dataset.id[:16] and len(number) == 8 and set(number) <= set("0123456789abcdef")
    if not is_id or int(number, 16) >= dataset.n_samples + dataset.n_pending:
        raise ApiError(404, "SAMPLE_UNKNOWN", f"dataset '{dataset.name}' has no sample '{sample_id}'", "NotFoundError")
    return int(number, 16)


def filename_of(dataset: LocalDataset, row: int) -> str:
    """Return the filename of a sample, pending or not."""
    if row < dataset.n_samples:
        return dataset.filenames(np.array([row]))[0]
    return dataset.samples.filenames(row)[0]
