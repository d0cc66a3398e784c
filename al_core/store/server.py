"""What a dataset on another machine leaves to the server that has its arrays."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from al_core.config import SelectionConfig
from al_core.store.models import Model
from al_core.store.records import Tag
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.evaluation import Card, PickReason, Refusal, Replay, SpacingCurve
    from al_core.formats import ExportChoices
    from al_core.formats.files.image_frames import ImageFrames


class Server(Protocol):
    """Another machine that selects and exports in place of this one, because the dataset's arrays lie there."""

    @property
    def address(self) -> str:
        """Such as `http://gpu-box:8501`."""

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

    def export(self, tag: Tag, format: str, *, added_only: bool, choices: "ExportChoices") -> bytes:
        """Return a tag as a file that the server makes."""

    def image_frames(self, rows: Rows) -> "ImageFrames":
        """Return how the images of these samples lie, from the files that the server has."""

    def training_labels(self, format: str | None, task: str | None) -> bytes:
        """Return the labels to train on as a file that the server makes."""

    def card(self, tag: Tag) -> "Card":
        """Return the card of a selection against RANDOM, which the server computes once."""

    def spacing(
        self, *, query_tag: Tag | None = None, labeled_tag: Tag | None = None, embedding_name: str | None = None
    ) -> "SpacingCurve":
        """Return how many new samples each minimum distance keeps, which the server works out."""

    def reasons(self, tag: Tag) -> "list[PickReason]":
        """Return why each sample of a selection was picked, which the server works out."""

    def compare(
        self,
        configs: Sequence[SelectionConfig],
        *,
        query_tag: Tag | None = None,
        labeled_tag: Tag | None = None,
        embedding_name: str | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Return the `Comparison` of configurations that the server makes."""

    def look_ahead(
        self,
        config: SelectionConfig,
        *,
        query_tag: Tag | None = None,
        labeled_tag: Tag | None = None,
        embedding_name: str | None = None,
    ) -> Any:
        """Return the `Outlook` of a selection, which the server counts."""

    def limit_costs(self, tag: Tag, progress: Progress | None) -> Any:
        """Return the `LimitCost` of each limit of a selection, which the server measures."""

    def group_counts(self, tag: Tag) -> Any:
        """Return the `GroupCounts` of a selection, which the server counts."""

    def next_best(self, tag: Tag, edits: Sequence[Any], row: int) -> Any:
        """Return the `Edit` that puts the next best sample in the place of a row, which the server picks."""

    def edit_selection(self, tag: Tag, edits: Sequence[Any], name: str) -> Tag:
        """Return the tag of a selection as some `Edit`s leave it, which the server stores."""

    def change_threshold(self, model: Model, threshold: float) -> Model:
        """Return a model once the server has scored its boxes from another confidence on."""

    def replay(self, progress: Progress | None) -> "Replay | Refusal":
        """Return the replay of the labels that the server makes."""

    def label_errors(self, progress: Progress | None) -> Any:
        """Return the `LabelErrors` that the server finds."""

    def export_obstacle(self, tag: Tag, format: str, *, added_only: bool, choices: "ExportChoices") -> str | None:
        """Return why the server cannot make a tag's file in a format, or None."""
