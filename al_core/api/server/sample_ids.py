import re

from al_core.api.server.errors import ApiError
from al_core.store import LocalDataset


def row_of(dataset: LocalDataset, sample_id: str) -> int:
    """Return the row of a sample's id."""
    # Half of the dataset's id and the row in 8 hexadecimal digits, as `sample_id` puts them together. Not int() alone,
    # which also reads signs, blanks, underscores and capitals: a sample has one id.
    match = re.fullmatch(f"{dataset.id[:16]}([0-9a-f]{{8}})", sample_id)
    row = int(match[1], 16) if match else -1
    if not 0 <= row < dataset.n_samples + dataset.n_pending:
        raise ApiError(404, "SAMPLE_UNKNOWN", f"dataset '{dataset.name}' has no sample '{sample_id}'", "NotFoundError")
    return row


def filename_of(dataset: LocalDataset, row: int) -> str:
    """Return the filename of a sample, pending or not."""
    if row < dataset.n_samples:
        return dataset.filename(row)
    return dataset.samples.filenames(row)[0]
