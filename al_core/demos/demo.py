"""What the demos have in common: how one is built from its recording, and how the recording is made."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.demos.recording import RecordedRound, Weights, read_map, read_recording
from al_core.steps.selection_plan import SelectionInputs, SelectionPlan
from al_core.steps.views import ViewOrigin, save_view
from al_core.store import Kind, TagRole
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import Labels, Predictions
    from al_core.steps.round_plan import RoundPlan
    from al_core.store import Dataset, Tag, Workspace

INITIAL_SELECTION = "initial-selection"
N_ROUNDS = 3
"""Rounds after the initial selection."""


class Demo(ABC):
    """A dataset with real labels, whose rounds were run once.

    Attributes:
        name: Of the dataset, and of its recording.
        embedded: Which recorded map is that of its embedding.
        n_initial: How many samples the initial selection labels.
        n_per_round: How many samples each round labels, those that test included.
        test_share: The share of them that tests.
        model_name: What the names of its models begin with; the number of labels follows.
        plan: Target and prices of its rounds.
    """

    name: str
    embedded: str
    n_initial: int
    n_per_round: int
    test_share: float
    model_name: str
    plan: "RoundPlan"

    @abstractmethod
    def create(self, workspace: "Workspace") -> "Dataset":
        """Return a new dataset with images and an embedding."""

    @abstractmethod
    def labels(self, rows: Rows) -> "Labels":
        """Return what is really on samples."""

    @abstractmethod
    def train(self, rows: Rows) -> Weights:
        """Return a model trained on the labels of these samples alone."""

    @abstractmethod
    def predict(self, weights: Weights) -> "Predictions":
        """Return what a trained model predicts for all samples."""

    def build(self, workspace: "Workspace", n_rounds: int = N_ROUNDS, progress: Progress | None = None) -> "Dataset":
        """Return the dataset with its rounds, built if the workspace does not have it.

        Args:
            workspace: Where to store it.
            n_rounds: How many rounds follow the initial selection. Without any, no labels are stored.
            progress: Called with (steps done, steps in all).
        """
        present = next((dataset for dataset in workspace.datasets() if dataset.name == self.name), None)
        if present:
            return present
        show = progress or (lambda done, total: None)
        n_steps = n_rounds + 2
        show(0, n_steps)
        dataset = self.create(workspace)
        self._store_map(dataset)
        show(1, n_steps)
        if n_rounds:
            workflow.save_round_plan(dataset, self.plan)
        for number, recorded in enumerate(read_recording(self.name)[: n_rounds + 1]):
            plan = SelectionPlan.of(dataset, self.config(dataset, number), SelectionInputs())
            self._bring_back(dataset, plan.store_picked(recorded.picked_rows), has_labels=n_rounds > 0)
            self._store_model(dataset, recorded.weights)
            show(number + 2, n_steps)
        return dataset

    def record(self, workspace: "Workspace") -> Iterator[RecordedRound]:
        """Build the dataset by selecting and training, and yield what each round came to."""
        dataset = self.create(workspace)
        for number in range(N_ROUNDS + 1):
            selection = workflow.run_selection(dataset, self.config(dataset, number))
            self._bring_back(dataset, selection.tag, has_labels=True)
            weights = self.train(workflow.training_set(dataset))
            self._store_model(dataset, weights)
            yield RecordedRound(selection.picked_rows, weights)

    def config(self, dataset: "Dataset", number: int) -> SelectionConfig:
        """Return the configuration of a round; round 0 is the initial selection."""
        if not number:
            return SelectionConfig(SamplingMethod.CORESET, self.n_initial, name=INITIAL_SELECTION, seed=0)
        return SelectionConfig(
            SamplingMethod.CORAL,
            len(workflow.labeled_set(dataset)) + self.n_per_round,
            name=f"round {number}",
            seed=0,
            test_share=self.test_share,
        )

    def _store_map(self, dataset: "Dataset") -> None:
        [embedding] = dataset.arrays.all(Kind.EMBEDDING)
        origin = ViewOrigin(embedding.digest, "UMAP", seed=0)
        save_view(dataset, embedding, read_map(self.embedded), origin)

    def _bring_back(self, dataset: "Dataset", tag: "Tag", *, has_labels: bool) -> None:
        if tag.name == INITIAL_SELECTION:
            dataset.set_tag_role(tag, TagRole.LABELED)
        else:
            workflow.mark_sent(dataset, tag)
        if has_labels:
            rows = workflow.find_round(dataset, tag).added_rows
            labels = self.labels(rows)
            report = workflow.check_labels(dataset, labels, source="scikit-learn")
            name = f"labels of {tag.name}"
            workflow.store_labels(dataset, labels, report, name=name, round_name=tag.name)

    def _store_model(self, dataset: "Dataset", weights: Weights) -> None:
        predictions = self.predict(weights)
        report = workflow.check_predictions(dataset, predictions, source=self.model_name)
        name = f"{self.model_name}-{len(workflow.training_set(dataset))}"
        workflow.store_predictions(dataset, predictions, report, name=name)
