import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from al_core.config import SelectionConfig
from al_core.exceptions import NotAllowedError, NotFoundError
from al_core.formats.files.image_frames import ImageFrames
from al_core.remote.arrays import RemoteArrays
from al_core.remote.cache import Cache
from al_core.remote.label_sets import RemoteLabelSets
from al_core.remote.models import RemoteModels
from al_core.remote.recent import Recent
from al_core.store.dataset import Dataset, ImageSize
from al_core.store.identity import sample_id
from al_core.store.models import Model
from al_core.store.provenance import TagRole
from al_core.store.records import INITIAL_TAG, Kind, SampleImage, Tag, TagOrigin, rows_to_mask
from al_core.store.server import Server
from al_core.types import Progress, Rows
from al_core.wire.connection import Connection, read_tag
from al_core.wire.selection_job import config_body, options_of, select, wait_for

if TYPE_CHECKING:
    import pyarrow as pa

    from al_core.evaluation import Card, PickReason, Refusal, Replay, SpacingCurve
    from al_core.formats import ExportChoices
    from al_core.steps.compare import Comparison
    from al_core.steps.edit_pick import Edit
    from al_core.steps.label_errors import LabelErrors
    from al_core.steps.limit_costs import GroupCounts, LimitCost
    from al_core.steps.outlook import Outlook

IMAGE_TYPES = ("image/webp", "image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff")
"""Types that no browser runs code from, whatever the server sends."""


class RemoteDataset(Dataset):
    """A dataset on a server, and that server.

    Filenames and arrays are fetched when they are needed, once. Tags, scores and predictions are written there.
    Selections and exports are made there.

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

    @property
    def server(self) -> Server:
        """The dataset itself, which asks its server to do the work."""
        return self

    @cached_property
    def filename_column(self) -> "pa.Array":
        """All filenames in row order, as an Arrow array; they are fetched once."""
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
        self.check_tag_role(tag, role)
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

    def select(
        self,
        config: SelectionConfig,
        *,
        query_tag: Tag | None = None,
        labeled_tag: Tag | None = None,
        embedding_name: str | None = None,
        round_digest: str | None = None,
        progress: Progress | None = None,
    ) -> Tag:
        """Return the tag of a selection that the server makes; `progress` may raise `Cancelled` to stop it."""
        inputs = self._inputs(query_tag, labeled_tag, embedding_name)
        # Otherwise left out, so that servers of earlier versions understand the rest.
        if round_digest:
            inputs["roundDigest"] = round_digest
        try:
            return select(self._connection, self.id, config, inputs, progress)
        finally:
            # After a failure too: what was canceled may have come out all the same.
            self._tags.forget()
            self.arrays.forget()

    def export(self, tag: Tag, format: str, *, added_only: bool, choices: "ExportChoices") -> bytes:
        """Return a tag as a file that the server makes."""
        query = _export_query(added_only, choices)
        content, _ = self._connection.read(f"{self._path}/tags/{tag.id}/export/{format}", **query)
        return content

    def training_labels(self, format: str | None, task: str | None) -> bytes:
        """Return the labels to train on as a file that the server makes, which has the sizes of the images."""
        path = f"{self._path}/training-labels"
        if format:
            path = f"{path}/{quote(format, safe='')}"
        query = {"task": task} if task else {}
        content, _ = self._connection.read(path, **query)
        return content

    def card(self, tag: Tag) -> "Card":
        """Return the card of a selection against RANDOM, which the server computes once."""
        from al_core.wire.card import read_card

        return read_card(self._connection.get(f"{self._path}/tags/{tag.id}/card"))

    def spacing(
        self, *, query_tag: Tag | None = None, labeled_tag: Tag | None = None, embedding_name: str | None = None
    ) -> "SpacingCurve":
        """Return how many new samples each minimum distance keeps, which the server works out."""
        from al_core.wire.spacing import read_spacing

        inputs = self._inputs(query_tag, labeled_tag, embedding_name)
        return read_spacing(self._connection.send("POST", f"{self._path}/selections/spacing", inputs))

    def reasons(self, tag: Tag) -> "list[PickReason]":
        """Return why each sample of a selection was picked, which the server works out."""
        from al_core.wire.reasons import read_reasons

        return read_reasons(self._connection.get(f"{self._path}/tags/{tag.id}/reasons"))

    def compare(
        self,
        configs: Sequence[SelectionConfig],
        *,
        query_tag: Tag | None = None,
        labeled_tag: Tag | None = None,
        embedding_name: str | None = None,
        progress: Progress | None = None,
    ) -> "Comparison":
        """Return the comparison of configurations that the server makes."""
        from al_core.wire.evidence import read_comparison

        body = {
            "configs": [config_body(config) for config in configs],
            **self._inputs(query_tag, labeled_tag, embedding_name),
        }
        return read_comparison(self._result_of("compare", body, progress))

    def look_ahead(
        self,
        config: SelectionConfig,
        *,
        query_tag: Tag | None = None,
        labeled_tag: Tag | None = None,
        embedding_name: str | None = None,
    ) -> "Outlook":
        """Return what a selection will come to, which the server counts.

        Raises:
            NotAllowedError: If the server is too old to count.
        """
        from al_core.wire.picks import read_outlook

        if not options_of(self._connection).get("checks"):
            raise NotAllowedError(f"{self.address} cannot say what a selection will come to: update al_core there")
        body = config_body(config) | self._inputs(query_tag, labeled_tag, embedding_name)
        return read_outlook(self._connection.send("POST", f"{self._path}/selections/check", body))

    def limit_costs(self, tag: Tag, progress: Progress | None) -> "list[LimitCost]":
        """Return what each limit of a selection costs, which the server measures."""
        from al_core.wire.picks import read_limit_costs

        return read_limit_costs(self._result_of(f"tags/{tag.id}/limit-costs", None, progress))

    def group_counts(self, tag: Tag) -> "list[GroupCounts]":
        """Return how many samples of each class and group a selection has, which the server counts."""
        from al_core.wire.picks import read_group_counts

        return read_group_counts(self._connection.get(f"{self._path}/tags/{tag.id}/group-counts"))

    def next_best(self, tag: Tag, edits: "Sequence[Edit]", row: int) -> "Edit":
        """Return the edit that puts the next best sample in the place of a row, which the server picks."""
        from al_core.steps.edit_pick import Edit
        from al_core.wire.picks import write_edits

        body = {"edits": write_edits(edits), "row": row}
        return Edit(**self._result_of(f"tags/{tag.id}/next-best", body, None))

    def edit_selection(self, tag: Tag, edits: "Sequence[Edit]", name: str) -> Tag:
        """Return the tag of a selection as edits leave it, which the server stores."""
        from al_core.wire.picks import write_edits

        body = {"edits": write_edits(edits), "name": name}
        created = self._connection.send("POST", f"{self._path}/tags/{tag.id}/edits", body)
        self._tags.forget()
        self.arrays.forget()
        return read_tag(self._connection.get(f"{self._path}/tags/{created['id']}"))

    def change_threshold(self, model: Model, threshold: float) -> Model:
        """Return a model once the server has scored its boxes from another confidence on."""
        return self.models.change_threshold(model, threshold)

    def replay(self, progress: Progress | None) -> "Replay | Refusal":
        """Return the replay of the labels that the server makes."""
        from al_core.wire.evidence import read_replay

        return read_replay(self._result_of("replay", None, progress))

    def label_errors(self, progress: Progress | None) -> "LabelErrors":
        """Return the label errors that the server finds."""
        from al_core.wire.evidence import read_label_errors

        return read_label_errors(self._result_of("label-errors", None, progress))

    def _inputs(
        self, query_tag: Tag | None, labeled_tag: Tag | None, embedding_name: str | None
    ) -> dict[str, str | bool | None]:
        """Return what a selection begins with, as the server takes it."""
        return {
            "followsRounds": True,
            "queryTagId": query_tag.id if query_tag else None,
            "preselectedTagId": labeled_tag.id if labeled_tag else None,
            "embeddingId": self.arrays.get(Kind.EMBEDDING, embedding_name).id if embedding_name else None,
        }

    def _result_of(self, work: str, body: dict[str, Any] | None, progress: Progress | None) -> Any:
        job = self._connection.send("POST", f"{self._path}/{work}", body)
        return json.loads(wait_for(self._connection, job["jobId"], progress))

    def image_frames(self, rows: Rows) -> ImageFrames:
        """Return how the images of these samples lie, as the server reads it from their headers."""
        frames = self._connection.send("POST", f"{self._path}/image-frames", rows.tolist())
        return ImageFrames.of_json(frames)

    def export_obstacle(self, tag: Tag, format: str, *, added_only: bool, choices: "ExportChoices") -> str | None:
        """Return why the server cannot make a tag's file in a format, or None."""
        query = _export_query(added_only, choices)
        formats = self._connection.get(f"{self._path}/tags/{tag.id}/exports", **query)
        return next((record["obstacle"] for record in formats if record["name"] == format), None)

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


def _export_query(added_only: bool, choices: "ExportChoices") -> dict[str, Any]:
    query = {
        "addedOnly": added_only,
        "classNames": list(choices.class_names),
        "task": choices.task,
        "imagePrefix": choices.image_prefix,
        "minConfidence": choices.min_confidence,
    }
    return {name: value for name, value in query.items() if value is not None}
