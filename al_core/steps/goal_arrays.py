"""The arrays that goals, limits and a budget speak of by name: columns, groups, predicted classes, expected objects."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.config import (
    Apart,
    AtMost,
    Balance,
    Between,
    Column,
    Exclude,
    Folder,
    Grouping,
    Pattern,
    Prefer,
    Quota,
    SelectionConfig,
    Similar,
)
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.expected_objects import objects_per_expected
from al_core.steps.metadata import ColumnAttributes
from al_core.steps.patterns import texts_at
from al_core.steps.predictions import annotations_from, find_predictions, model_of, task_of
from al_core.steps.resolved import PredictionSource, Resolved
from al_core.steps.row_sets import union
from al_core.store.kinds import Kind
from al_core.store.provenance import ArraySource, TagRole
from al_core.types import Embeddings, Rows

if TYPE_CHECKING:
    from al_core.formats.predictions.annotations import Annotations
    from al_core.selection import ClassShares, GoalArrays, Groups
    from al_core.store import Dataset, StoredArray


def resolve(dataset: "Dataset", config: SelectionConfig, *, with_rows: bool = True) -> Resolved:
    """Return what the names in the goals, limits and budget of a configuration stand for now, and nothing else.

    Without `with_rows` not the rows of tags and filenames, which no limit on counts speaks of.

    Raises:
        MissingInputError: If the dataset lacks a column or predictions, or a tag to be similar to is empty.
        InvalidInputError: If a filename is not one of the dataset's.
        NotFoundError: If there is no such tag.
    """
    columns: dict[str, Any] = {}
    for grouping in groupings_of(config):
        columns[grouping.key] = _column(dataset, grouping)
    for name in _numbers(config):
        columns[name] = _column(dataset, Column(name))
    source = None
    if _counts_classes(config) or _counts_objects(config):
        what = "the predicted class" if _counts_classes(config) else "a budget that counts objects"
        source = _prediction_source(dataset, what)
        if _counts_objects(config):
            source = replace(source, factor=objects_per_expected(dataset, *_counted(dataset, source)))
    if not with_rows:
        return Resolved(columns, predictions=source)
    wishes = [goal for goal in config.goals if isinstance(goal, Similar)]
    similar = {goal.key: _rows_to_look_like(dataset, goal) for goal in wishes}
    return Resolved(columns, similar, excluded_rows(dataset, config), source)


def goal_arrays(
    dataset: "Dataset", config: SelectionConfig, embedding: "StoredArray | None", resolved: Resolved
) -> "GoalArrays":
    """Return what the goals, limits and budget of a configuration need of what its names stand for.

    Raises:
        MissingInputError: If there is no embedding to be similar in, or the predictions are gone or have no objects.
    """
    from al_core.selection import GoalArrays

    vectors = {key: _vectors(dataset, rows, embedding) for key, rows in resolved.similar.items()}
    source = resolved.predictions
    shares = class_shares(dataset, source) if _counts_classes(config) else None
    objects = _expected_objects(dataset, source) if _counts_objects(config) else None
    return GoalArrays(resolved.columns, shares, objects, vectors)


def excluded_rows(dataset: "Dataset", config: SelectionConfig) -> Rows:
    """Return the rows that limits leave out by a tag or by what is known of the image, ascending.

    Raises:
        NotFoundError: If there is no such tag.
    """
    limits = [limit for limit in config.limits if isinstance(limit, Exclude)]
    excluded = [dataset.tag(limit.tag).rows for limit in limits if limit.tag is not None]
    roles = {limit.role for limit in limits}
    if "duplicates" in roles:
        ids = [tag.id for tag in dataset.tag_summaries() if tag.role is TagRole.DUPLICATES]
        excluded += [tag.rows for tag in dataset.tags_by_id(ids)]
    # Whoever reads images stores a size of those that it could read.
    width = dataset.arrays.find(Kind.METADATA, "width")
    if "unreadable" in roles and width:
        has_no_size = np.isnan(dataset.arrays.read(width))
        excluded.append(np.flatnonzero(has_no_size))
    return union(excluded)


def groups_of_grouping(dataset: "Dataset", grouping: Grouping) -> "Groups":
    """Return the groups of a dataset's samples, for the selection and for a preview of it.

    Raises:
        MissingInputError: If there is no such column.
    """
    from al_core.selection.goal_arrays import Groups, groups_of

    column = _column(dataset, grouping)
    return column if isinstance(column, Groups) else groups_of(np.asarray(column))


def _records(config: SelectionConfig) -> Iterable[object]:
    return (*config.goals, *config.limits)


def groupings_of(config: SelectionConfig) -> Iterable[Grouping]:
    """Yield the columns, folders and patterns that goals and limits speak of."""
    for record in _records(config):
        if isinstance(record, AtMost):
            yield record.per
        elif isinstance(record, Balance | Quota) and not isinstance(record.by, str):
            yield record.by
        elif isinstance(record, Apart):
            yield record.by
            if record.within is not None:
                yield record.within


def _numbers(config: SelectionConfig) -> Iterable[str]:
    for record in _records(config):
        if isinstance(record, Between):
            yield record.name
        elif isinstance(record, Prefer):
            yield record.column


def _column(dataset: "Dataset", grouping: Grouping) -> "NDArray[Any] | Groups":
    column: NDArray[Any] | Groups = _COLUMNS[type(grouping)](dataset, grouping)
    return column


def _metadata(dataset: "Dataset", column: Column) -> "NDArray[Any] | Groups":
    from al_core.selection import Groups

    category = dataset.arrays.find(Kind.CATEGORY, column.name)
    if category:
        return Groups(dataset.arrays.read(category), ColumnAttributes.of(category).names)
    for kind in (Kind.METADATA, Kind.SCORE):
        stored = dataset.arrays.find(kind, column.name)
        if stored:
            values = np.asarray(dataset.arrays.read(stored))
            # As they are stored: `Between` compares in the precision of the column.
            return values if values.dtype.kind == "f" else values.astype(np.float64)
    names: list[str] = []
    for kind in (Kind.METADATA, Kind.CATEGORY, Kind.SCORE):
        names += [f"'{stored.name}'" for stored in dataset.arrays.all(kind)]
    raise MissingInputError(
        f"dataset '{dataset.name}' has no column '{column.name}'; there are: {', '.join(names) or 'none'}. Import it "
        "as metadata first"
    )


def _folders(dataset: "Dataset", folder: Folder) -> "Groups":
    parents = [PurePosixPath(name).parent for name in dataset.filenames()]
    return _groups(["/".join(parent.parts[: folder.depth]) for parent in parents])


def _matches(dataset: "Dataset", pattern: Pattern) -> "Groups":
    return _groups(texts_at(pattern.text, dataset.filenames()))


_COLUMNS: dict[type[Grouping], Callable[..., Any]] = {
    Column: _metadata,
    Folder: _folders,
    Pattern: _matches,
}


def _groups(texts: list[str]) -> "Groups":
    from al_core.selection.goal_arrays import groups_of

    return groups_of(np.array(texts, np.str_))


def _rows_to_look_like(dataset: "Dataset", goal: Similar) -> Rows:
    if isinstance(goal.to, str):
        rows = dataset.tag(goal.to).rows
    else:
        rows = dataset.rows_of(goal.to)
        unknown = np.flatnonzero(rows < 0)
        if len(unknown):
            name = goal.to[unknown[0]]
            raise InvalidInputError(f"dataset '{dataset.name}' has no sample '{name}' to be similar to")
    if not len(rows):
        raise MissingInputError(f"tag '{goal.to}' is empty: there is nothing to be similar to")
    return rows


def _vectors(dataset: "Dataset", rows: Rows, embedding: "StoredArray | None") -> Embeddings:
    if embedding is None:
        raise MissingInputError(
            "being similar needs embeddings and there are none: add embeddings to the dataset first"
        )
    return dataset.arrays.read_rows(embedding, rows)


def _counts_classes(config: SelectionConfig) -> bool:
    # `by` is a grouping, or the one text that stands for the predicted class.
    by_class = (record for record in _records(config) if isinstance(record, Balance | Quota))
    return any(isinstance(record.by, str) for record in by_class)


def _counts_objects(config: SelectionConfig) -> bool:
    budget = config.budget
    return budget is not None and (budget.unit == "objects" or budget.per_object > 0)


def class_shares(dataset: "Dataset", source: PredictionSource | None = None) -> "ClassShares":
    """Return how much of each class a model sees on every sample: that of some predictions, or the current one.

    Raises:
        MissingInputError: If there are no predictions, or not those any more.
    """
    from al_core.selection import ClassShares

    stored, annotations = _counted(dataset, source or _prediction_source(dataset, "the predicted class"))
    amounts = task_of(stored).class_amounts(annotations, dataset.n_samples)
    return ClassShares(amounts, tuple(annotations.class_names))


def _expected_objects(dataset: "Dataset", source: PredictionSource | None) -> NDArray[np.float32]:
    source = source or _prediction_source(dataset, "a budget that counts objects")
    stored, annotations = _counted(dataset, source)
    objects = task_of(stored).expected_objects(annotations, dataset.n_samples)
    if objects is None:
        raise MissingInputError(
            f"the budget counts objects, and the predictions '{stored.name}' have none; give a price per image alone"
        )
    return objects * np.float32(source.factor)


def _prediction_source(dataset: "Dataset", what: str) -> PredictionSource:
    stored = find_predictions(dataset)
    if stored is None:
        raise MissingInputError(f"{what} needs predictions and there are none: upload a model's predictions first")
    model = model_of(dataset, stored)
    return PredictionSource(
        stored.kind, ArraySource(stored.name, stored.digest), model.confidence_threshold if model else 0.0
    )


def _counted(dataset: "Dataset", source: PredictionSource) -> "tuple[StoredArray, Annotations]":
    """Return predictions as they were counted."""
    # By digest: the name may belong to other predictions by now.
    same = (each for each in dataset.arrays.all(source.kind) if each.digest == source.source.digest)
    stored = next(same, None)
    if stored is None:
        raise MissingInputError(f"the predictions '{source.source.name}' are no longer there")
    return stored, annotations_from(dataset, stored, source.threshold)
