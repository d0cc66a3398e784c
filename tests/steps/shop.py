"""A dataset that has what every goal and limit speaks of."""

from typing import Any

import numpy as np

from al_core import workflow
from al_core.config import (
    Apart,
    AtMost,
    Balance,
    Between,
    Column,
    Exclude,
    Folder,
    Novel,
    Pattern,
    Prefer,
    Quota,
    Similar,
    Typical,
)
from al_core.formats import MetadataTable, Predictions
from al_core.store import Dataset, TagOrigin, Workspace
from al_core.store.provenance import Provenance, TagRole

N_ROWS = 8
FOLDERS = ("day", "night")
FILENAMES = [f"{FOLDERS[row % 2]}/patient_{row % 3}_{row}.png" for row in range(N_ROWS)]
OPTIONS: dict[str, Any] = {
    "balance": Balance(Folder()),
    "similar": Similar("hard"),
    "typical": Typical(),
    "novel": Novel(),
    "prefer": Prefer("sharpness"),
    "at-most": AtMost(1, per=Pattern("patient_{}_*")),
    "apart": Apart(Column("sharpness"), 3),
    "quota": Quota("predicted class", {"dog": (3, 4)}),
    "between": Between("sharpness", 1, 6),
    "exclude": Exclude("duplicates"),
}
"""One of every kind; each changes what is selected."""


def make_shop(workspace: Workspace) -> Dataset:
    """Eight samples with a column, predictions, and tags."""
    embeddings = np.random.default_rng(0).normal(size=(N_ROWS, 3)).astype(np.float32)
    dataset = workflow.create_dataset(workspace, "shop", FILENAMES, embeddings)
    sharpness = MetadataTable(
        list(FILENAMES), {"sharpness": np.arange(float(N_ROWS)), "debt": np.arange(-1.0, N_ROWS - 1)}, {}
    )
    workflow.store_metadata(dataset, sharpness, workflow.check_predictions(dataset, sharpness))
    # Rows 1, 5, 3 and 7 are the most uncertain ones, all in one folder.
    cat = np.array([0.56, 0.51, 0.57, 0.52, 0.42, 0.49, 0.41, 0.48], np.float32)
    predictions = Predictions(list(FILENAMES), ["cat", "dog"], np.column_stack([cat, 1 - cat]))
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions))
    dataset.create_tag("hard", np.array([3]))
    duplicates = TagOrigin(provenance=Provenance("duplicates", role=TagRole.DUPLICATES))
    dataset.create_tag("duplicates", np.array([7, 6]), duplicates)
    return dataset
