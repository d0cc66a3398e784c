from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from al_core.exceptions import NotAllowedError, NotFoundError
from al_core.remote.arrays import RemoteArrays
from al_core.remote.cache import Cache
from al_core.remote.label_sets import RemoteLabelSets
from al_core.remote.models import RemoteModels
from al_core.remote.recent import Recent
from al_core.remote.server import RemoteServer
from al_core.store.dataset import Dataset, ImageSize
from al_core.store.identity import sample_id
from al_core.store.provenance import TagRole
from al_core.store.records import INITIAL_TAG, SampleImage, Tag, TagOrigin, rows_to_mask
from al_core.store.server import Server
from al_core.types import Rows
from al_core.wire.connection import Connection, read_tag

if TYPE_CHECKING:
    import pyarrow as pa

IMAGE_TYPES = ("image/webp", "image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff")
"""Types that no browser runs code from, whatever the server sends."""


class RemoteDataset(Dataset):
    """A dataset on a server.

    Filenames and arrays are fetched when they are needed, once. Tags, scores and predictions are written there.
    Selections and exports are made there, by `server`.

    Attributes:
        address: Of the server.
    """

    images_dir = None
    thumbnails_dir = None
    has_images = True
    arrays: RemoteArrays
    models: RemoteModels

    def __init__(self, connection: Connection, cache: Cache, workspace_key: str, record: dict[str, Any]) -> None:
        self.id = record["id"]
        self.name = record["name"]
        self.n_samples = record["nSamples"] - record["nPending"]
        self.image_key = f"{workspace_key}-{self.id}"
        self.address = connection.server
        self._connection = connection
        self._cache = cache
        self._path = f"/datasets/{self.id}"
        self.arrays = RemoteArrays(connection, f"{self._path}/arrays", cache)
        self.models = RemoteModels(connection, f"{self._path}/models", self.arrays)
        self._tags = Recent[list[Tag]]()
        self.labels = RemoteLabelSets(connection, f"{self._path}/labels", self.arrays, self._tags.forget)
        self._server = RemoteServer(connection, self.id, self.arrays, self.models, self._tags.forget)

    @property
    def server(self) -> Server:
        """The server, which does the work on the dataset."""
        return self._server

    @cached_property
    def filename_column(self) -> "pa.Array":
        """All filenames in row order, as an Arrow array; they are fetched once."""
        # Samples are only ever added, so as many samples have the same filenames.
        key = f"{self.address} {self.id} {self.n_samples}"
        column = self._cache.filenames(key, lambda file: self._connection.download(f"{self._path}/filenames", file))
        return column[: self.n_samples]

    def set_samples(self, filenames: Sequence[str]) -> None:
        """Give an empty dataset its samples and their `initial-tag`."""
        self._connection.send("PUT", f"{self._path}/filenames", list(filenames))
        self.n_samples = len(filenames)
        self._tags.forget()

    def last_modified_at(self) -> int:
        """Return when the newest of its tags and arrays was made, in milliseconds since 1970."""
        moments = [tag.created_at for tag in self.tags()]
        moments += [stored.created_at for stored in self.arrays.every()]
        return max(moments, default=0)

    def version(self) -> str:
        """Return a text that is another one after each change, whoever makes it on the server."""
        # Tags come with labels, and every model has scores.
        tags = [f"{tag.id} {tag.name} {tag.size} {tag.provenance.to_json()}" for tag in self.tags()]
        arrays = [f"{stored.id} {stored.kind} {stored.name} {stored.digest}" for stored in self.arrays.every()]
        digest = sha256("\n".join([*tags, *arrays]).encode()).hexdigest()
        return f"{self.image_key} {self.n_samples} {digest}"

    def tags(self) -> list[Tag]:
        """Return all tags, newest first."""
        return list(self._tags.get(self._load_tags))

    def _load_tags(self) -> list[Tag]:
        return [read_tag(record) for record in self._connection.get_if_changed(f"{self._path}/tags")]

    def create_tag(self, name: str, rows: Rows, origin: TagOrigin | None = None) -> Tag:
        """Store a set of rows under a name; a selection with its order is made by the server only."""
        origin = origin or TagOrigin()
        if origin.order is not None:
            raise NotAllowedError("the server makes its selections itself: use workflow.run_selection")
        mask = int.from_bytes(rows_to_mask(rows, self.n_samples), "little")
        parent = origin.parent or self.tag(INITIAL_TAG)
        body = {
            "name": name,
            "bitMaskData": hex(mask),
            "totSize": self.n_samples,
            "prevTagId": parent.id,
            "queryTagId": origin.query.id if origin.query else None,
            "preselectedTagId": origin.labeled.id if origin.labeled else None,
            "provenance": origin.provenance.to_json(),
        }
        created = self._connection.send("POST", f"{self._path}/tags", body)
        self._tags.forget()
        return read_tag(self._connection.get(f"{self._path}/tags/{created['id']}"))

    def rename_tag(self, tag: Tag, name: str) -> Tag:
        """Give a tag another name and return it; `initial-tag` keeps its own."""
        self._connection.send("PUT", f"{self._path}/tags/{tag.id}", {"name": name})
        self._tags.forget()
        return replace(tag, name=name)

    def set_tag_role(self, tag: Tag, role: TagRole) -> None:
        """Say what a tag stands for; `initial-tag` and selections keep their roles."""
        tag.check_role(role)
        self._connection.send("PUT", f"{self._path}/tags/{tag.id}", {"name": tag.name, "role": role})
        self._tags.forget()

    def mark_sent(self, tag: Tag) -> None:
        """Say that the samples of a selection were handed to labelers."""
        self._connection.send("POST", f"{self._path}/rounds/{tag.id}/sent")
        self._tags.forget()

    def release(self, tag: Tag) -> None:
        """Say that samples of a selection that have no labels may be selected again."""
        self._connection.send("POST", f"{self._path}/rounds/{tag.id}/released")
        self._tags.forget()

    def round_plan(self) -> Mapping[str, Any]:
        """Return target and prices of the rounds, empty if there are none."""
        plan: Mapping[str, Any] = self._connection.get(f"{self._path}/round-plan")
        return plan

    def set_round_plan(self, plan: Mapping[str, Any]) -> None:
        """Store target and prices of the rounds, in place of those before."""
        self._connection.send("PUT", f"{self._path}/round-plan", dict(plan))

    def delete_tag(self, tag: Tag) -> None:
        """Remove a tag that has no children."""
        self._connection.send("DELETE", f"{self._path}/tags/{tag.id}")
        self._tags.forget()

    def set_images_dir(self, folder: Path | str | None) -> None:
        """Raise `NotAllowedError`: the folder of the images is chosen on the server."""
        raise NotAllowedError(f"the images of '{self.name}' are on {self.address}; choose their folder there")

    def image(self, row: int, size: ImageSize) -> SampleImage | None:
        """Return the image of a sample or its thumbnail, fetched from the server, or None if there is none."""
        path = f"{self._path}/samples/{sample_id(self.id, row)}/readurl"
        try:
            url = self._connection.get(path, type=size)
            # By the address known here, which need not be the one that the server has for itself.
            content, media_type = self._connection.read(url.partition("/v1")[2])
        except NotFoundError:
            return None
        return SampleImage(media_type, content=content) if media_type in IMAGE_TYPES else None
