import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from al_core.exceptions import ALCoreError, NotAllowedError, NotFoundError, ServerError
from al_core.remote.cache import Cache
from al_core.remote.dataset import RemoteDataset
from al_core.remote.recent import Recent
from al_core.store import names
from al_core.store.records import NewArrays
from al_core.text import quoted
from al_core.wire.connection import Connection

# A page of images may come close to the server's limit of requests in a second; it is there in the next.
N_TRIES = 3
DATASET_ID = re.compile(r"[0-9a-f]{24}")

_open: "WeakValueDictionary[str, RemoteWorkspace]" = WeakValueDictionary()


class RemoteWorkspace:
    """The datasets of a server, used like those of a `Workspace`.

    Args:
        server: Its address, such as `http://gpu-box:8501`.
        token: Kept in memory only; a server on this machine needs none.
        cache_folder: Where files of servers are kept on this machine.

    Raises:
        InvalidInputError: If the address is invalid.
        ServerError: If the server does not answer, or does not run al_core.
        NotAllowedError: If it does not accept the token.
    """

    def __init__(self, server: str, token: str | None, cache_folder: Path) -> None:
        self._connection = Connection(server, token, n_tries=N_TRIES)
        self.server = self._connection.server
        self._cache = Cache(cache_folder)
        self._by_id: dict[str, RemoteDataset] = {}
        self._listed = Recent[list[RemoteDataset]]()
        # Not guessable: whoever knows it sees the images.
        self._key = secrets.token_hex(16)
        self.datasets()
        _open[self._key] = self

    def __repr__(self) -> str:
        return f"RemoteWorkspace({self.server!r})"

    def datasets(self) -> list[RemoteDataset]:
        """Return all datasets, newest first."""
        return list(self._listed.get(self._load))

    def dataset(self, name_or_id: str) -> RemoteDataset:
        """Return the dataset of that name or id.

        Raises:
            NotFoundError: If there is none; the message lists the datasets there are.
        """
        dataset = self._find(name_or_id)
        if dataset is None:
            # It may have been made by somebody else within the last second.
            self._listed.forget()
            dataset = self._find(name_or_id)
        if dataset:
            return dataset
        names_there = quoted(dataset.name for dataset in self.datasets()[:20]) or "none yet"
        raise NotFoundError(f"{self.server} has no dataset '{name_or_id}'; its datasets are: {names_there}")

    def create_dataset(
        self,
        name: str,
        filenames: Sequence[str] | None = None,
        *,
        images_dir: Path | str | None = None,
        arrays: Sequence[NewArrays] = (),
    ) -> RemoteDataset:
        """Return a new dataset on the server, empty unless filenames are given.

        Arrays are sent one after the other: if that fails, the dataset is removed again.
        """
        if images_dir is not None:
            raise NotAllowedError(
                f"{self.server} cannot see the folders of this machine; leave the images folder empty"
            )
        names.check_dataset_name(name)
        if filenames is not None:
            names.check_filenames(filenames)
        # With its filenames in one request: a dataset without them would keep its name from whoever tries again.
        body = {"name": name} if filenames is None else {"name": name, "filenames": list(filenames)}
        created = self._connection.send("POST", "/datasets", body)
        self._listed.forget()
        dataset = self.dataset(created["id"])
        try:
            dataset.arrays.save_together(arrays)
        except ALCoreError:
            # Whatever keeps the server from storing may keep it from deleting.
            with suppress(ALCoreError):
                self.delete_dataset(dataset.id)
            raise
        return dataset

    def delete_dataset(self, name_or_id: str) -> None:
        """Remove a dataset from the server with its tags, scores and arrays."""
        self._connection.send("DELETE", f"/datasets/{self.dataset(name_or_id).id}")
        self._listed.forget()

    def _find(self, name_or_id: str) -> RemoteDataset | None:
        return next((dataset for dataset in self.datasets() if name_or_id in (dataset.id, dataset.name)), None)

    def _load(self) -> list[RemoteDataset]:
        return [self._dataset(record) for record in self._connection.get("/datasets")]

    def _dataset(self, record: dict[str, Any]) -> RemoteDataset:
        if not DATASET_ID.fullmatch(record.get("id", "")) or "nPending" not in record:
            raise ServerError(f"{self.server} answers, but not as this version of al_core; update it")
        dataset = RemoteDataset(self._connection, self._cache, self._key, record)
        earlier = self._by_id.get(dataset.id)
        # Its filenames and lists are in memory already, so the same object is returned while they still apply.
        if earlier and (earlier.name, earlier.n_samples) == (dataset.name, dataset.n_samples):
            return earlier
        self._by_id[dataset.id] = dataset
        return dataset


def find_open_dataset(image_key: str) -> RemoteDataset | None:
    """Return the dataset of an open remote workspace whose images have this key, or None."""
    workspace_key, _, dataset_id = image_key.partition("-")
    workspace = _open.get(workspace_key)
    return workspace.dataset(dataset_id) if workspace else None
