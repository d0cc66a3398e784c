import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from al_core.api.workflow_client import WorkflowClient, check_known, newest
from al_core.config import SelectionConfig
from al_core.exceptions import AlreadyExistsError, NotFoundError
from al_core.text import quoted
from al_core.types import Embeddings, Rows, Scores
from al_core.utils.float_array import any_array
from al_core.wire.connection import Connection, read_tag
from al_core.wire.selection_job import select

if TYPE_CHECKING:
    from al_core.api.schemas.rounds import RoundData
    from al_core.api.tag_data import TagData
    from al_core.formats.labels.sample_label import SampleLabel
    from al_core.store import Tag
    from al_core.wire.image_upload import ImageUpload

DEFAULT_SERVER = "http://127.0.0.1:8501"


@dataclass(frozen=True)
class DatasetInfo:
    """A dataset on a server."""

    id: str
    name: str
    n_samples: int
    created_at: int


class ApiWorkflowClient(WorkflowClient):
    """Works on the datasets of a server, under the method names of Lightly's client and of `LocalClient`.

    Args:
        token: By default `AL_CORE_TOKEN` or `LIGHTLY_TOKEN`; a server on this machine needs none.
        dataset_id: The dataset to work on, by id or name; `create_dataset` sets it too.
        embedding_id: The embedding that selections use, by id or name; by default the newest.
        server: By default `AL_CORE_SERVER` or `LIGHTLY_SERVER_LOCATION`, otherwise the dashboard on this machine.

    Raises:
        NotFoundError: If the dataset does not exist.
        ServerError: If the server does not answer.
    """

    def __init__(
        self,
        token: str | None = None,
        dataset_id: str | None = None,
        embedding_id: str | None = None,
        server: str | None = None,
    ) -> None:
        environment = os.environ
        # Scripts written for Lightly's cloud keep their variables.
        usual_server = environment.get("AL_CORE_SERVER") or environment.get("LIGHTLY_SERVER_LOCATION")
        usual_token = environment.get("AL_CORE_TOKEN") or environment.get("LIGHTLY_TOKEN")
        self._connection = Connection(server or usual_server or DEFAULT_SERVER, token or usual_token)
        self.server = self._connection.server
        self.embedding_id = embedding_id
        self._filenames: list[str] = []
        self._dataset_id: str | None = None
        if dataset_id is not None:
            # By name or id: from here on it is the id, which stays if somebody renames the dataset.
            self._dataset_id = self._connection.get(f"/datasets/{dataset_id}")["id"]

    @property
    def dataset_id(self) -> str:
        """The id of the dataset in use; without one, the newest, with a warning.

        Raises:
            MissingInputError: If the server has none.
        """
        if self._dataset_id is None:
            self._dataset_id = newest(self.get_datasets(), "server").id
        return self._dataset_id

    def create_dataset(self, dataset_name: str) -> str:
        """Use the dataset of that name, made if it does not exist, and return its id."""
        dataset_id = self._id_of(dataset_name)
        if dataset_id is None:
            try:
                dataset_id = str(self._connection.send("POST", "/datasets", {"name": dataset_name})["id"])
            except AlreadyExistsError:
                # Another client has made it just now.
                dataset_id = self._id_of(dataset_name)
                if dataset_id is None:
                    raise
        self._dataset_id = dataset_id
        return dataset_id

    def _id_of(self, dataset_name: str) -> str | None:
        return next((dataset.id for dataset in self.get_datasets() if dataset.name == dataset_name), None)

    def get_datasets(self) -> list[DatasetInfo]:
        """Return all datasets, newest first."""
        return [
            DatasetInfo(answer["id"], answer["name"], answer["nSamples"], answer["createdAt"])
            for answer in self._connection.get("/datasets")
        ]

    def delete_dataset_by_id(self, dataset_id: str) -> None:
        """Remove a dataset with everything stored about it; images that were not uploaded stay."""
        self._connection.send("DELETE", f"/datasets/{dataset_id}")
        if self._dataset_id == dataset_id:
            self._dataset_id = None

    def get_filenames(self) -> list[str]:
        """Return all filenames in row order."""
        self._filenames = self._connection.get(self._path("/mappings"), field="fileName")
        return list(self._filenames)

    def add_embeddings(self, filenames: Sequence[str], embeddings: Embeddings, name: str = "default") -> None:
        """Store embeddings, one row per filename; on an empty dataset the filenames become the samples."""
        from al_core.store.names import check_are_texts, check_array_name
        from al_core.wire.arrow_body import write_embeddings

        check_array_name("an embedding", name)
        check_are_texts(filenames)
        # A file, so that a second copy of a large matrix lies on the disk and not in memory.
        with tempfile.TemporaryFile() as file:
            write_embeddings(file, filenames, any_array(embeddings, "embeddings"))
            file.seek(0)
            self._connection.send("PUT", self._path("/embeddings"), file, name=name)

    def upload_labels(
        self, path: Path | str, name: str | None = None, *, unannotated: str = "open", round_name: str = ""
    ) -> list[str]:
        """Send a file or folder of labels and return what its rows met, in words."""
        from al_core.wire.folder_body import opened

        query = {"unannotated": unannotated, "round": round_name}
        if name:
            query["name"] = name
        with opened(Path(path)) as file:
            stored = self._connection.send("PUT", self._path("/labels"), file, **query)
        report: list[str] = stored["report"]
        return report

    def get_labels(self, task: str | None = None) -> "list[SampleLabel]":
        """Return what counts for each labeled sample, by default for the task of the newest labels."""
        from al_core.formats.labels.sample_label import LabeledBox, SampleLabel

        query = {"task": task} if task else {}
        answers = self._connection.get(self._path("/labels/samples"), **query)
        return [
            SampleLabel(
                answer["fileName"],
                tuple(answer["classes"]),
                tuple(LabeledBox(*box) for box in answer["boxes"]),
                answer["nAnnotators"],
                answer["disagrees"],
            )
            for answer in answers
        ]

    def get_training_labels(self, format: str | None = None, task: str | None = None) -> bytes:
        """Return the labels to train on as a file, without test samples, by default in the first format there is."""
        path = f"/training-labels/{quote(format, safe='')}" if format else "/training-labels"
        query = {"task": task} if task else {}
        content, _ = self._connection.read(self._path(path), **query)
        return content

    def upload_to(self, dataset_name: str) -> "ImageUpload":
        """Return an upload of embedded images to a new dataset, or to one whose upload was stopped.

        Raises:
            AlreadyExistsError: If there is another dataset of that name.
        """
        from al_core.wire.image_upload import ImageUpload

        return ImageUpload(self._connection, dataset_name)

    def get_all_tags(self) -> "list[TagData]":
        """Return all tags, newest first."""
        from al_core.api.tag_data import TagData

        records = self._connection.get(self._path("/tags"))
        return [TagData.of(read_tag(record)) for record in records]

    def get_tag_by_id(self, tag_id: str) -> "TagData":
        """Return the tag with that id, or raise `NotFoundError` (a KeyError)."""
        from al_core.api.tag_data import TagData

        record = self._connection.get(self._path(f"/tags/{tag_id}"))
        return TagData.of(read_tag(record))

    def get_tag_by_name(self, tag_name: str) -> "TagData":
        """Return the tag of that name, or raise `NotFoundError` (a KeyError) that lists the tags there are."""
        tags = {tag.name: tag for tag in self.get_all_tags()}
        if tag_name not in tags:
            names = quoted(list(tags)[:20]) or "none yet: add embeddings first"
            raise NotFoundError(f"the dataset has no tag '{tag_name}'; its tags are: {names}")
        return tags[tag_name]

    def create_tag_from_filenames(
        self, fnames_new_tag: Sequence[str], new_tag_name: str, parent_tag_id: str | None = None
    ) -> "TagData":
        """Store filenames under a new tag, by default below `initial-tag`, and return it."""
        from al_core.api.bitmask import BitMask
        from al_core.store.names import check_are_texts

        check_are_texts(fnames_new_tag)
        # Asked for anew each time: bit k is row k, and the dataset may have grown since the list was read.
        row_of = {name: row for row, name in enumerate(self.get_filenames())}
        unknown = [name for name in fnames_new_tag if name not in row_of]
        check_known(unknown, len(fnames_new_tag), next(iter(row_of), ""))
        mask = BitMask.from_indices(row_of[name] for name in fnames_new_tag).to_hex()
        body = {"name": new_tag_name, "bitMaskData": mask, "totSize": len(row_of), "prevTagId": parent_tag_id}
        created = self._connection.send("POST", self._path("/tags"), body)
        return self.get_tag_by_id(created["id"])

    def delete_tag_by_id(self, tag_id: str) -> None:
        """Remove a tag that has no children."""
        self._connection.send("DELETE", self._path(f"/tags/{tag_id}"))

    def upload_scores(self, al_scores: Mapping[str, Sequence[float] | Scores], query_tag_id: str) -> None:
        """Store scores, one value per sample of the tag in row order; NaN means that a sample has none."""
        from al_core.store.names import check_array_name
        from al_core.wire.arrow_body import write_columns

        for score in al_scores:
            check_array_name("a score", score)
        with tempfile.TemporaryFile() as file:
            write_columns(file, al_scores)
            file.seek(0)
            self._connection.send("PUT", self._path(f"/tags/{query_tag_id}/scores"), file)

    def selection(
        self,
        selection_config: SelectionConfig,
        preselected_tag_id: str | None = None,
        query_tag_id: str | None = None,
    ) -> "TagData":
        """Select samples and return the new tag: the preselected rows and the added ones."""
        from al_core.api.tag_data import TagData

        ids = {"preselectedTagId": preselected_tag_id, "queryTagId": query_tag_id, "embeddingId": self.embedding_id}
        return TagData.of(select(self._connection, self.dataset_id, selection_config, ids))

    def get_test_filenames(self) -> list[str]:
        """Return the filenames that are set aside for testing, in dataset order."""
        return list(self._connection.get(self._path("/test-share"))["reserve"])

    def get_untrainable_filenames(self) -> list[str]:
        """Return the filenames that must not be trained on: those set aside, and the rest of their groups."""
        return list(self._connection.get(self._path("/test-share"))["barred"])

    def get_rounds(self) -> "list[RoundData]":
        """Return all rounds, the oldest first."""
        from al_core.api.schemas.rounds import RoundData

        records = self._connection.get(self._path("/rounds"))
        return [RoundData.model_validate(record) for record in records]

    def _filenames_of(self, tag: "Tag", rows: Rows) -> list[str]:
        # Filenames never change, so the list is asked for again only when the dataset has grown.
        if len(self._filenames) != tag.n_samples:
            self.get_filenames()
        return [self._filenames[row] for row in rows.tolist()]

    def _path(self, path: str) -> str:
        return f"/datasets/{self.dataset_id}{path}"
