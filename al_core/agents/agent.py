import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, AlreadyExistsError, InvalidInputError, MissingInputError
from al_core.scorers import Scorer
from al_core.types import Scores
from al_core.utils.float_array import any_array

if TYPE_CHECKING:
    from al_core.formats.labels.sample_label import SampleLabel
    from al_core.store import Tag


class RoundSummary(Protocol):
    """A round, as clients list it."""

    @property
    def name(self) -> str:
        """The name of its selection."""

    @property
    def n_added(self) -> int:
        """How many samples it added, test samples included."""

    @property
    def n_back(self) -> int:
        """How many of them are labeled."""

    @property
    def n_training(self) -> int:
        """How many labels there are to train on after it."""


class Client(Protocol):
    """What the agent needs from a client; `LocalClient` and `ApiWorkflowClient` both have it."""

    def get_all_tags(self) -> "Sequence[Tag]":
        """Return all tags, newest first."""

    def get_tag_by_name(self, tag_name: str) -> "Tag":
        """Return the tag of that name or raise a KeyError that lists the tags there are."""

    def get_filenames_in_tag(self, tag_data: "Tag") -> list[str]:
        """Return the filenames of a tag in dataset order."""

    def upload_scores(self, al_scores: Mapping[str, Sequence[float] | Scores], query_tag_id: str) -> None:
        """Store scores for the samples of a tag."""

    def get_test_filenames(self) -> list[str]:
        """Return the filenames that are set aside for testing, in dataset order."""

    def get_untrainable_filenames(self) -> list[str]:
        """Return the filenames that must not be trained on: those set aside, and the rest of their groups."""

    def get_rounds(self) -> "Sequence[RoundSummary]":
        """Return all rounds, the oldest first."""

    def get_labels(self) -> "Sequence[SampleLabel]":
        """Return what counts for each labeled sample."""

    def get_training_labels(self, format: str | None = None, task: str | None = None) -> bytes:
        """Return the labels to train on as a file, without test samples."""

    def selection(
        self, selection_config: SelectionConfig, preselected_tag_id: str | None, query_tag_id: str | None
    ) -> "Tag":
        """Run a selection and return its new tag."""


class ActiveLearningAgent:
    """Selects new samples, round after round, and keeps track of the selected ones.

    Args:
        api_workflow_client: The client to work through.
        query_tag_name: The tag whose samples may be selected; by default the tag of all samples.
        preselected_tag_name: The tag of the samples that are labeled already; by default none.

    Raises:
        NotFoundError: (a KeyError) if a tag does not exist; the message lists the tags there are.

    Examples:
        >>> agent = ActiveLearningAgent(client)
        >>> labeled, added = agent.query(SelectionConfig(n_samples=2, name="first round"))
        >>> len(labeled), len(added), len(agent.unlabeled_set)
        (2, 2, 2)
    """

    def __init__(
        self,
        api_workflow_client: Client,
        query_tag_name: str = "initial-tag",
        preselected_tag_name: str | None = None,
    ) -> None:
        self.api_workflow_client = api_workflow_client
        self._query_tag = api_workflow_client.get_tag_by_name(query_tag_name)
        self._labeled_tag: Tag | None = None
        if preselected_tag_name is not None:
            self._labeled_tag = api_workflow_client.get_tag_by_name(preselected_tag_name)
        # Read once: the order of predictions must not change while somebody computes them.
        self._query_set = api_workflow_client.get_filenames_in_tag(self._query_tag)
        self._labeled_set = self._filenames(self._labeled_tag)
        self._added_set: list[str] | None = None

    @property
    def query_set(self) -> list[str]:
        """Filenames that may be selected, in dataset order: the order in which predictions are expected."""
        return list(self._query_set)

    @property
    def labeled_set(self) -> list[str]:
        """Filenames selected so far, in dataset order."""
        return list(self._labeled_set)

    @property
    def unlabeled_set(self) -> list[str]:
        """Filenames of the query set that are not selected yet."""
        return [name for name, is_new in zip(self._query_set, self._is_unlabeled(), strict=True) if is_new]

    @property
    def added_set(self) -> list[str]:
        """Filenames that the last query added.

        Raises:
            MissingInputError: (a RuntimeError) before the first query.
        """
        if self._added_set is None:
            raise MissingInputError('Cannot compute "added set" before querying.')
        return list(self._added_set)

    @property
    def test_set(self) -> list[str]:
        """Filenames of the labeled set that test: accuracy on them is accuracy on the population. Never train on them.

        Empty unless a selection had a `test_share`.
        """
        set_aside = set(self.api_workflow_client.get_test_filenames())
        return [name for name in self._labeled_set if name in set_aside]

    @property
    def training_set(self) -> list[str]:
        """Filenames of the labeled set that a model may be trained on: all but the test set and its groups."""
        barred = set(self.api_workflow_client.get_untrainable_filenames())
        return [name for name in self._labeled_set if name not in barred]

    @property
    def rounds(self) -> "list[RoundSummary]":
        """All rounds of the dataset, the oldest first: what was sent and came back, and the model trained after it."""
        return list(self.api_workflow_client.get_rounds())

    @property
    def labels(self) -> "dict[str, SampleLabel]":
        """What counts of all labels of each labeled sample, by filename.

        Of several annotators the majority counts for the classes of an image, the newest at a tie and for everything
        else.
        """
        return {label.filename: label for label in self.api_workflow_client.get_labels()}

    def training_labels(self, format: str | None = None, *, task: str | None = None) -> bytes:
        """Return the labels of all samples that a model may be trained on as a file, without those that test.

        Args:
            format: "csv", "coco", "yolo", "voc" or "masks", as far as the task has it; by default the first it has.
            task: What the labels are for; by default that of the newest labels.

        Raises:
            MissingInputError: (a RuntimeError) if there are no such labels yet.
            NotFoundError: (a KeyError) if labels for the task cannot be had in this format.
        """
        return self.api_workflow_client.get_training_labels(format, task)

    def upload_scores(self, al_scorer: Scorer) -> None:
        """Calculate scores and store them with the query tag, without selecting anything."""
        self.api_workflow_client.upload_scores(self._scores(al_scorer), self._query_tag.id)

    def query(
        self,
        selection_config: SelectionConfig | None = None,
        al_scorer: Scorer | None = None,
        *,
        sampler_config: SelectionConfig | None = None,
    ) -> tuple[list[str], list[str]]:
        """Select samples and return `(labeled_set, added_set)`.

        The labeled set then holds all selected samples; the query set stays as it is. When the labeled set already
        has `n_samples` or more, a warning says so and nothing changes.

        Args:
            selection_config: What to select; `n_samples` counts the labeled samples too.
            al_scorer: Scores for CORAL and ACTIVE_LEARNING, one per sample of `query_set` or of `unlabeled_set`.
            sampler_config: The older name of `selection_config`.

        Raises:
            AlreadyExistsError: (a RuntimeError) if a tag of the configuration's name exists; nothing is stored then.
            InvalidInputError: (a ValueError) if the scores have another length than either set.
        """
        config = self._one_config(selection_config, sampler_config)
        # Before scores are stored, and in the words of Lightly's agent, which scripts may look for.
        if any(tag.name == config.name for tag in self.api_workflow_client.get_all_tags()):
            raise AlreadyExistsError(f"There already exists a tag with tag_name {config.name}; choose another name")
        # Lightly's agent lets -1 fall under this, so that "stop by distance alone" selects nothing there.
        if config.n_samples != -1 and config.n_samples < len(self._labeled_set):
            warnings.warn(
                f"n_samples={config.n_samples} counts the labeled samples too, and there are "
                f"{len(self._labeled_set)} of them already: nothing was selected",
                ALCoreWarning,
                stacklevel=2,
            )
            return self.labeled_set, []
        if al_scorer is not None:
            self.upload_scores(al_scorer)
        self._select(config)
        return self.labeled_set, self.added_set

    def _select(self, config: SelectionConfig) -> None:
        labeled_id = self._labeled_tag.id if self._labeled_tag else None
        self._labeled_tag = self.api_workflow_client.selection(config, labeled_id, self._query_tag.id)
        labeled_before = set(self._labeled_set)
        self._labeled_set = self._filenames(self._labeled_tag)
        self._added_set = [name for name in self._labeled_set if name not in labeled_before]

    def _filenames(self, tag: "Tag | None") -> list[str]:
        return self.api_workflow_client.get_filenames_in_tag(tag) if tag else []

    def _is_unlabeled(self) -> NDArray[np.bool_]:
        if self._labeled_tag is None:
            return np.ones(len(self._query_set), bool)
        # The rows of a tag are distinct, which spares numpy a pass.
        return ~np.isin(self._query_tag.rows, self._labeled_tag.rows, assume_unique=True)

    def _scores(self, al_scorer: Scorer) -> dict[str, Scores]:
        if not hasattr(al_scorer, "calculate_scores"):
            raise InvalidInputError(
                "al_scorer is a scorer, such as ScorerClassification(probabilities), not a "
                f"{type(al_scorer).__name__}; scores of your own come from a subclass of Scorer"
            )
        calculated = al_scorer.calculate_scores()
        if not isinstance(calculated, Mapping):
            raise InvalidInputError(
                f"calculate_scores returns arrays by the names of the scores, not {type(calculated).__name__}"
            )
        scores = {name: any_array(values, f"score '{name}'") for name, values in calculated.items()}
        if not scores:
            raise InvalidInputError(
                "the scorer returned no scores: a generator of predictions can be read only once, so create it anew"
            )
        return {name: self._for_query_set(name, values) for name, values in scores.items()}

    def _for_query_set(self, name: str, values: Scores) -> Scores:
        is_unlabeled = self._is_unlabeled()
        n_query = len(is_unlabeled)
        n_unlabeled = int(is_unlabeled.sum())
        if values.shape == (n_query,):
            return values
        if values.shape != (n_unlabeled,):
            raise InvalidInputError(
                f"score '{name}' has shape {values.shape}; return one value for each of the {n_query} samples of "
                f"query_set, or for each of the {n_unlabeled} samples of unlabeled_set, in their order"
            )
        # NaN means "no score": labeled samples are not selected again.
        scores = np.full(n_query, np.nan, values.dtype)
        scores[is_unlabeled] = values
        return scores

    @staticmethod
    def _one_config(
        selection_config: SelectionConfig | None, sampler_config: SelectionConfig | None
    ) -> SelectionConfig:
        config = selection_config or sampler_config
        if not isinstance(config, SelectionConfig) or (selection_config and sampler_config):
            raise InvalidInputError(
                "pass one SelectionConfig, as selection_config or under its older name sampler_config"
            )
        return config
