from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from al_core.api.workflow_client import WorkflowClient, check_known, newest
from al_core.config import SelectionConfig
from al_core.exceptions import AlreadyExistsError
from al_core.types import Embeddings, Rows, Scores
from al_core.utils.float_array import any_array

if TYPE_CHECKING:
    from al_core.api.schemas.rounds import RoundData
    from al_core.api.tag_data import TagData
    from al_core.formats.labels.sample_label import SampleLabel
    from al_core.store import LocalDataset, Tag, Workspace


class LocalClient(WorkflowClient):
    """Works on a workspace in this process, under the method names of Lightly's `ApiWorkflowClient`.

    Args:
        workspace: A `Workspace` or its folder; by default `AL_CORE_HOME`, otherwise `~/.al_core`.
        dataset_id: The dataset to work on, by id or name; `create_dataset` sets it too.
        embedding_id: The embedding that selections use, by id or name; by default the newest.

    Raises:
        NotFoundError: If the dataset does not exist.

    Examples:
        >>> client = LocalClient(folder)
        >>> _ = client.create_dataset("cats and dogs")
        >>> client.add_embeddings(["cat.jpg", "dog.jpg"], np.eye(2), "default")
        >>> client.get_filenames()
        ['cat.jpg', 'dog.jpg']
    """

    def __init__(
        self,
        workspace: "Workspace | Path | str | None" = None,
        dataset_id: str | None = None,
        embedding_id: str | None = None,
    ) -> None:
        from al_core.store import Workspace

        self.workspace = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
        self.embedding_id = embedding_id
        self._dataset = self.workspace.dataset(dataset_id) if dataset_id is not None else None

    @property
    def dataset(self) -> "LocalDataset":
        """The dataset in use; without one, the newest, with a warning.

        Raises:
            MissingInputError: If the workspace has none.
        """
        if self._dataset is None:
            self._dataset = newest(self.workspace.datasets(), "workspace")
        return self._dataset

    @property
    def dataset_id(self) -> str:
        """The id of the dataset in use."""
        return self.dataset.id

    def create_dataset(self, dataset_name: str) -> str:
        """Use the dataset of that name, made if it does not exist, and return its id."""
        by_name = {dataset.name: dataset for dataset in self.get_datasets()}
        try:
            self._dataset = by_name.get(dataset_name) or self.workspace.create_dataset(dataset_name)
        except AlreadyExistsError:
            # Another process has made it just now.
            self._dataset = self.workspace.dataset(dataset_name)
        return self._dataset.id

    def get_datasets(self) -> list["LocalDataset"]:
        """Return all datasets, newest first."""
        return self.workspace.datasets()

    def delete_dataset_by_id(self, dataset_id: str) -> None:
        """Remove a dataset with everything stored about it; its images stay."""
        self.workspace.delete_dataset(dataset_id)
        if self._dataset is not None and self._dataset.id == dataset_id:
            self._dataset = None

    def get_filenames(self) -> list[str]:
        """Return all filenames in row order."""
        return self.dataset.filenames()

    def add_embeddings(self, filenames: Sequence[str], embeddings: Embeddings, name: str = "default") -> None:
        """Store embeddings, one row per filename; on an empty dataset the filenames become the samples."""
        from al_core import workflow

        workflow.add_embeddings(self.dataset, filenames, any_array(embeddings, "embeddings"), name=name)

    def upload_labels(
        self, path: Path | str, name: str | None = None, *, unannotated: str = "open", round_name: str = ""
    ) -> list[str]:
        """Store a file or folder of labels and return what its rows met, in words."""
        from al_core import workflow
        from al_core.formats import ReadingChoices, read_labels
        from al_core.formats.choices import Unannotated

        choices = ReadingChoices(images_dir=self.dataset.images_dir, unannotated=Unannotated(unannotated))
        labels = read_labels(Path(path), choices)
        report = workflow.check_labels(self.dataset, labels, source=Path(path).name)
        workflow.store_labels(self.dataset, labels, report, name=name, round_name=round_name)
        return report.sentences()

    def get_labels(self, task: str | None = None) -> "list[SampleLabel]":
        """Return what counts for each labeled sample, by default for the task of the newest labels."""
        from al_core.steps.labels import counting_labels

        return list(counting_labels(self.dataset, task))

    def get_training_labels(self, format: str | None = None, task: str | None = None) -> bytes:
        """Return the labels to train on as a file, without test samples, by default in the first format there is."""
        from al_core import workflow

        return workflow.export_training_labels(self.dataset, format, task=task)

    def get_all_tags(self) -> "list[TagData]":
        """Return all tags, newest first."""
        from al_core.api.tag_data import TagData

        return [TagData.of(tag) for tag in self.dataset.tags()]

    def get_tag_by_id(self, tag_id: str) -> "TagData":
        """Return the tag with that id, or raise `NotFoundError` (a KeyError)."""
        from al_core.api.tag_data import TagData

        return TagData.of(self.dataset.tag_by_id(tag_id))

    def get_tag_by_name(self, tag_name: str) -> "TagData":
        """Return the tag of that name, or raise `NotFoundError` (a KeyError) that lists the tags there are."""
        from al_core.api.tag_data import TagData

        return TagData.of(self.dataset.tag(tag_name))

    def create_tag_from_filenames(
        self, fnames_new_tag: Sequence[str], new_tag_name: str, parent_tag_id: str | None = None
    ) -> "TagData":
        """Store filenames under a new tag, by default below `initial-tag`, and return it."""
        from al_core.api.tag_data import TagData
        from al_core.store import TagOrigin

        rows = self.dataset.rows_of(fnames_new_tag)
        unknown = [fnames_new_tag[position] for position in np.flatnonzero(rows < 0).tolist()]
        example = next(iter(self.dataset.filenames(np.arange(1))), "")
        check_known(unknown, len(fnames_new_tag), example)
        parent = self.get_tag_by_id(parent_tag_id) if parent_tag_id else None
        tag = self.dataset.create_tag(new_tag_name, rows, TagOrigin(parent=parent))
        return TagData.of(tag)

    def delete_tag_by_id(self, tag_id: str) -> None:
        """Remove a tag that has no children."""
        self.dataset.delete_tag(self.get_tag_by_id(tag_id))

    def upload_scores(self, al_scores: Mapping[str, Sequence[float] | Scores], query_tag_id: str) -> None:
        """Store scores, one value per sample of the tag in row order; NaN means that a sample has none."""
        from al_core import workflow
        from al_core.steps.scores import ScoreOrigin

        tag = self.get_tag_by_id(query_tag_id)
        workflow.store_scores(self.dataset, tag.rows, al_scores, origin=ScoreOrigin(tag=tag.name))

    def selection(
        self,
        selection_config: SelectionConfig,
        preselected_tag_id: str | None = None,
        query_tag_id: str | None = None,
    ) -> "TagData":
        """Select samples and return the new tag: the preselected rows and the added ones."""
        from al_core.api.tag_data import TagData
        from al_core.steps.selection_plan import SelectionInputs, make_selection

        # Lightly's contract: only the preselected tag counts as labeled, whatever rounds and labels the dataset has.
        inputs = SelectionInputs(
            query_tag=self.get_tag_by_id(query_tag_id) if query_tag_id else None,
            labeled_tag=self.get_tag_by_id(preselected_tag_id) if preselected_tag_id else None,
            embedding_name=self._embedding_name(),
            follows_rounds=False,
        )
        selection = make_selection(self.dataset, selection_config, inputs)
        return TagData.of(selection.tag)

    def get_test_filenames(self) -> list[str]:
        """Return the filenames that are set aside for testing, in dataset order."""
        from al_core import workflow

        reserve = workflow.test_reserve(self.dataset)
        return self.dataset.filenames(reserve.reserve.rows) if reserve else []

    def get_untrainable_filenames(self) -> list[str]:
        """Return the filenames that must not be trained on: those set aside, and the rest of their groups."""
        from al_core import workflow

        reserve = workflow.test_reserve(self.dataset)
        return self.dataset.filenames(reserve.barred) if reserve else []

    def get_rounds(self) -> "list[RoundData]":
        """Return all rounds, the oldest first."""
        from al_core import workflow
        from al_core.api.schemas.rounds import RoundData

        return [RoundData.of(each) for each in workflow.rounds(self.dataset)]

    def _filenames_of(self, tag: "Tag", rows: Rows) -> list[str]:
        return self.dataset.filenames(rows)

    def _embedding_name(self) -> str | None:
        from al_core.store import Kind

        if not self.embedding_id:
            return None
        # Anything else is a name; the lookup says so if it is neither.
        names = {stored.id: stored.name for stored in self.dataset.arrays.all(Kind.EMBEDDING)}
        return names.get(self.embedding_id, self.embedding_id)
