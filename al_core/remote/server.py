import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from al_core.config import SelectionConfig
from al_core.exceptions import NotAllowedError
from al_core.formats.files.image_frames import ImageFrames
from al_core.remote.arrays import RemoteArrays
from al_core.remote.models import RemoteModels
from al_core.store.kinds import Kind
from al_core.store.models import Model
from al_core.store.records import Tag
from al_core.types import Progress, Rows
from al_core.wire.connection import Connection, read_tag
from al_core.wire.selection_job import config_body, options_of, select, wait_for

if TYPE_CHECKING:
    from al_core.evaluation import Card, PickReason, Refusal, Replay, SpacingCurve
    from al_core.formats import ExportChoices
    from al_core.steps.compare import Comparison
    from al_core.steps.edit_pick import Edit
    from al_core.steps.label_errors import LabelErrors
    from al_core.steps.limit_costs import GroupCounts, LimitCost
    from al_core.steps.outlook import Outlook


class RemoteServer:
    """The `Server` of one dataset: what it is asked for it works out itself, from its own arrays and images.

    Attributes:
        address: Such as `http://gpu-box:8501`.
    """

    def __init__(
        self,
        connection: Connection,
        dataset_id: str,
        arrays: RemoteArrays,
        models: RemoteModels,
        forget_tags: Callable[[], None],
    ) -> None:
        """Work on a dataset; `forget_tags` is called whenever the server has changed its tags."""
        self.address = connection.server
        self._connection = connection
        self._dataset_id = dataset_id
        self._path = f"/datasets/{dataset_id}"
        self._arrays = arrays
        self._models = models
        self._forget_tags = forget_tags

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
            return select(self._connection, self._dataset_id, config, inputs, progress)
        finally:
            # After a failure too: what was canceled may have come out all the same.
            self._forget_tags()
            self._arrays.forget()

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
        self._forget_tags()
        self._arrays.forget()
        return read_tag(self._connection.get(f"{self._path}/tags/{created['id']}"))

    def change_threshold(self, model: Model, threshold: float) -> Model:
        """Return a model once the server has scored its boxes from another confidence on."""
        return self._models.change_threshold(model, threshold)

    def replay(self, progress: Progress | None) -> "Replay | Refusal":
        """Return the replay of the labels that the server makes."""
        from al_core.wire.evidence import read_replay

        return read_replay(self._result_of("replay", None, progress))

    def label_errors(self, progress: Progress | None) -> "LabelErrors":
        """Return the label errors that the server finds."""
        from al_core.wire.evidence import read_label_errors

        return read_label_errors(self._result_of("label-errors", None, progress))

    def image_frames(self, rows: Rows) -> ImageFrames:
        """Return how the images of these samples lie, as the server reads it from their headers."""
        frames = self._connection.send("POST", f"{self._path}/image-frames", rows.tolist())
        return ImageFrames.of_json(frames)

    def export_obstacle(self, tag: Tag, format: str, *, added_only: bool, choices: "ExportChoices") -> str | None:
        """Return why the server cannot make a tag's file in a format, or None."""
        query = _export_query(added_only, choices)
        formats = self._connection.get(f"{self._path}/tags/{tag.id}/exports", **query)
        return next((record["obstacle"] for record in formats if record["name"] == format), None)

    def _inputs(
        self, query_tag: Tag | None, labeled_tag: Tag | None, embedding_name: str | None
    ) -> dict[str, str | bool | None]:
        """Return what a selection begins with, as the server takes it."""
        return {
            "followsRounds": True,
            "queryTagId": query_tag.id if query_tag else None,
            "preselectedTagId": labeled_tag.id if labeled_tag else None,
            "embeddingId": self._arrays.get(Kind.EMBEDDING, embedding_name).id if embedding_name else None,
        }

    def _result_of(self, work: str, body: dict[str, Any] | None, progress: Progress | None) -> Any:
        job = self._connection.send("POST", f"{self._path}/{work}", body)
        return json.loads(wait_for(self._connection, job["jobId"], progress))


def _export_query(added_only: bool, choices: "ExportChoices") -> dict[str, Any]:
    query = {
        "addedOnly": added_only,
        "classNames": list(choices.class_names),
        "task": choices.task,
        "imagePrefix": choices.image_prefix,
        "minConfidence": choices.min_confidence,
    }
    return {name: value for name, value in query.items() if value is not None}
