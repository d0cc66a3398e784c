"""The whole product in order: embeddings in, predictions in, scores, a map, a selection, filenames out.

A dashboard page, an HTTP route and a script each call one of these functions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import AlreadyExistsError, InvalidInputError, MissingInputError
from al_core.store.records import INITIAL_TAG, StoredArray, Tag
from al_core.types import Embeddings, Progress, Rows, Scores
from al_core.utils import ObjectDetectionBatch

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage, EmbeddingFunction, EmbeddingModel
    from al_core.formats import JoinReport, Predictions, ScoreTable
    from al_core.selection import SelectionQuality
    from al_core.store import Dataset, Workspace

PREFERRED_SCORES = (
    "uncertainty_margin",
    "classification_uncertainty_margin",
    "mean_uncertainty",
    "objectness_least_confidence",
)
"""The score a selection uses unless told otherwise: the margin labels best across tasks and budgets."""


SET_OPERATIONS = {"union": "union1d", "intersection": "intersect1d", "difference": "setdiff1d"}


@dataclass(frozen=True)
class Selection:
    """A finished selection.

    Attributes:
        tag: Holds the labeled and the added rows.
        added_rows: The added rows in the order picked.
        config: What was asked, with the seed that was used.
        quality: What the added rows achieve.
        stale: What has changed since, in words; empty while the selection still matches its inputs.
    """

    tag: Tag
    added_rows: Rows
    config: SelectionConfig
    quality: "SelectionQuality"
    stale: tuple[str, ...] = ()


@dataclass(frozen=True)
class EmbeddedFolder:
    """A dataset made from a folder of images, and the files that could not be read."""

    dataset: "Dataset"
    broken: "tuple[BrokenImage, ...]"


def create_dataset(
    workspace: "Workspace",
    name: str,
    filenames: Sequence[str],
    embeddings: Embeddings,
    *,
    embedding_name: str = "default",
    images_dir: Path | str | None = None,
) -> "Dataset":
    """Return a new dataset whose samples are the rows of `embeddings`; nothing is stored if anything is wrong."""
    _check_embeddings(embeddings, filenames)
    dataset = workspace.create_dataset(name, filenames, images_dir=images_dir)
    _save_embedding(dataset, embedding_name, embeddings)
    return dataset


def dataset_from_images(
    workspace: "Workspace",
    folder: Path | str,
    name: str,
    *,
    model: "str | Path | EmbeddingModel | EmbeddingFunction" = "efficientnet-lite0",
    progress: Progress | None = None,
) -> EmbeddedFolder:
    """Return a new dataset of all images in a folder and below it, embedded here, on this machine.

    A run that was stopped goes on where it was when it is called again. The embedding bears the model's name; width,
    height, file size, sharpness, brightness and signal-to-noise ratio become arrays of the kind "metadata".

    Args:
        workspace: Where to store the dataset.
        folder: Holds the images.
        name: Of the dataset.
        model: As in `al_core.embedding.load_model`; the default comes along.
        progress: Called with (images done, images to do in this run).

    Raises:
        InvalidInputError: If the folder, the name or the model is not usable, or no image can be read.
        AlreadyExistsError: If the name is taken.
    """
    from al_core.embedding import list_images, load_model
    from al_core.embedding.checkpoint import embed_folder

    workspace.check_dataset_name(name)
    folder = Path(folder).expanduser().resolve()
    filenames = list_images(folder)
    loaded = load_model(model)
    with embed_folder(folder, filenames, loaded, workspace.home / "embedding-runs", progress=progress) as result:
        _check_embeddings(result.embeddings, result.filenames)
        dataset = workspace.create_dataset(name, result.filenames, images_dir=folder)
        dataset.arrays.save("embedding", {loaded.name: result.embeddings}, loaded.facts)
        dataset.arrays.save("metadata", result.metadata)
        dataset.arrays.save("digest", {"content": result.digests})
    return EmbeddedFolder(dataset, result.broken)


def tag_duplicates(
    dataset: "Dataset",
    *,
    threshold: float = 0.3,
    name: str = "duplicates",
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> Tag | None:
    """Store the samples that repeat an earlier one as a tag, or return None if there are none.

    Samples repeat each other if their files are equal or their embeddings of length 1 are within `threshold`
    (see `al_core.embedding.find_duplicates`).

    Raises:
        MissingInputError: If the dataset has no embedding.
    """
    from al_core.embedding import find_duplicates

    dataset.check_tag_name(name)
    embedding = dataset.arrays.newest("embedding", embedding_name)
    if embedding is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding to find duplicates with; add one first")
    stored = dataset.arrays.find("digest", "content")
    digests = dataset.arrays.read(stored) if stored else None
    rows = find_duplicates(dataset.arrays.read(embedding), threshold, digests=digests, progress=progress)
    facts = {
        "operation": "duplicates",
        "tags": [INITIAL_TAG],
        "threshold": threshold,
        "embedding": _origin(embedding),
    }
    return dataset.create_tag(name, rows, facts=facts) if len(rows) else None


def add_embeddings(
    dataset: "Dataset",
    filenames: Sequence[str],
    embeddings: Embeddings,
    *,
    name: str = "default",
    embedding_id: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Store an embedding, reordered to the dataset's rows; an empty dataset takes the filenames as its samples.

    `embedding_id` is the id that a client was promised; by default a new one.

    Raises:
        InvalidInputError: Unless each sample of the dataset has exactly one row.
        AlreadyExistsError: If there is an embedding of that name.
    """
    _check_embeddings(embeddings, filenames)
    if dataset.arrays.find("embedding", name):
        raise AlreadyExistsError(f"dataset '{dataset.name}' already has an embedding '{name}'; choose another name")
    if not dataset.n_samples:
        dataset.set_samples(filenames)
    ordered = np.asarray(embeddings[_row_order(dataset, filenames)], np.float32)
    dataset.arrays.save("embedding", {name: ordered}, facts, ids={name: embedding_id})


def check_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable",
    *,
    source: str = "predictions",
    policy: str = "skip",
) -> "JoinReport":
    """Return how predictions or ready-made scores match the dataset's samples; nothing is stored."""
    from al_core.formats import Policy, Predictions, join_report

    rows = predictions if isinstance(predictions, Predictions) else predictions.filenames
    return join_report(dataset.filenames(), rows, source=source, policy=Policy(policy))


def store_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable",
    report: "JoinReport",
    *,
    name: str = "predictions",
    progress: Progress | None = None,
) -> list[str]:
    """Store predictions as their report says, score them, and return the names of the scores.

    Args:
        dataset: Where to store.
        predictions: Predictions of any task, or ready-made scores, which are stored as they are.
        report: What `check_predictions` returned for them.
        name: Of these predictions.
        progress: Called with (samples read, samples in all) where predictions are read one at a time; it may raise to
            stop, and nothing is stored then.

    Raises:
        InvalidInputError: If the report found the file not usable.
    """
    from al_core.formats import Predictions
    from al_core.scorers import SCORERS

    report.require_usable()
    used = np.flatnonzero(report.rows >= 0)
    if not isinstance(predictions, Predictions):
        columns = {score: values[used] for score, values in predictions.scores.items()}
        facts = {"source": report.source, "findings": list(predictions.findings)}
        store_scores(dataset, report.rows[used], columns, facts=facts)
        return list(columns)
    if predictions.task != "classification":
        outputs = _streamed(predictions, used, progress)
        scores = SCORERS[predictions.task](outputs).calculate_scores()
        store_scores(dataset, report.rows[used], scores, facts={"prediction": name})
        return list(scores)
    probabilities = report.align(predictions.outputs)
    rows = np.flatnonzero(~np.isnan(probabilities[:, 0]))
    scores = SCORERS[predictions.task](probabilities[rows]).calculate_scores()
    facts = {"task": predictions.task, "class_names": list(predictions.class_names), "source": report.source}
    if progress:
        progress(len(rows), len(rows))
    dataset.arrays.save("prediction", {name: probabilities}, facts)
    store_scores(dataset, rows, scores, facts={"prediction": name})
    return list(scores)


def store_scores(
    dataset: "Dataset",
    rows: Rows,
    scores: Mapping[str, Sequence[float] | Scores],
    *,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Store scores of `rows`, in place of older scores of the same names; all are checked before any is stored."""
    columns = {name: _score_column(dataset, rows, name, values) for name, values in scores.items()}
    if not columns:
        raise InvalidInputError("no scores came: was the generator of predictions consumed before?")
    dataset.arrays.save("score", columns, dict(facts or {}))


def project(
    dataset: "Dataset",
    embedding_name: str,
    method: Literal["PCA", "UMAP"],
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the (N, 2) view of an embedding, calculated once and then read from disk."""
    from al_core.projection import pca_2d, umap_2d

    stored = dataset.arrays.get("embedding", embedding_name)
    known = find_projection(dataset, embedding_name, method, seed=seed)
    if known is not None:
        return known
    embeddings = dataset.arrays.read(stored)
    points = pca_2d(embeddings) if method == "PCA" else umap_2d(embeddings, seed=seed, progress=progress)
    dataset.arrays.save("projection", {_projection_name(stored, method, seed): points})
    return points


def find_projection(
    dataset: "Dataset", embedding_name: str, method: str, *, seed: int = 0
) -> NDArray[np.float32] | None:
    """Return the (N, 2) view of an embedding if it has been calculated before, otherwise None."""
    name = _projection_name(dataset.arrays.get("embedding", embedding_name), method, seed)
    stored = dataset.arrays.find("projection", name)
    return dataset.arrays.read(stored) if stored else None


def run_selection(
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Select samples and store them with the labeled ones as a new tag.

    Args:
        dataset: Where to select.
        config: What to select.
        query_tag: The rows that may be selected; by default all.
        labeled_tag: The rows chosen before; they count towards `n_samples`.
        embedding_name: By default the newest embedding.
        progress: Called with (picked, total); it may raise to stop, and nothing is stored then.

    Raises:
        AlreadyExistsError: If a tag of the configuration's name exists.
        MissingInputError: If the method needs embeddings or scores that are not there.
    """
    from al_core.selection import quality, select

    dataset.check_tag_name(config.name)
    config = config.seeded()
    query_tag = query_tag or dataset.tag(INITIAL_TAG)
    labeled_rows = labeled_tag.rows if labeled_tag else np.empty(0, np.int64)
    embedding = dataset.arrays.newest("embedding", embedding_name)
    embeddings = dataset.arrays.read(embedding) if embedding else None
    score = find_score(dataset, config)
    scores = _complete_scores(dataset, config, score, np.setdiff1d(query_tag.rows, labeled_rows))
    added = select(
        embeddings,
        config,
        scores=scores,
        query_rows=query_tag.rows,
        preselected_rows=labeled_rows,
        progress=progress,
    )
    achieved = quality(
        embeddings,
        rows=added,
        scores=scores,
        query_rows=query_tag.rows,
        preselected_rows=labeled_rows,
        normalize=config.normalize,
    )
    tag = dataset.create_tag(
        config.name,
        np.concatenate([labeled_rows, added]),
        parent=labeled_tag,
        query_tag=query_tag,
        preselected_tag=labeled_tag,
        facts={
            "config": asdict(config),
            "quality": asdict(achieved),
            "embedding": _origin(embedding),
            "score": _origin(score),
        },
        order=added,
    )
    return Selection(tag, added, config, achieved)


def read_selection(dataset: "Dataset", tag: Tag) -> Selection | None:
    """Return the selection that made a tag, or None for a tag made in another way."""
    from al_core.selection import SelectionQuality

    order = dataset.arrays.find("selection", tag.id)
    if order is None:
        return None
    return Selection(
        tag,
        dataset.arrays.read(order),
        SelectionConfig(**tag.facts["config"]),
        SelectionQuality(**tag.facts["quality"]),
        tuple(_changes(dataset, tag)),
    )


def combine_tags(
    dataset: "Dataset", first: Tag, second: Tag, operation: Literal["union", "intersection", "difference"], name: str
) -> Tag:
    """Store the union, intersection or difference of two tags as a new tag."""
    rows: Rows = getattr(np, SET_OPERATIONS[operation])(first.rows, second.rows)
    if not len(rows):
        raise InvalidInputError(f"the {operation} of '{first.name}' and '{second.name}' is empty; nothing to store")
    return dataset.create_tag(name, rows, facts={"operation": operation, "tags": [first.name, second.name]})


def export_tag(dataset: "Dataset", tag: Tag, format: str, *, added_only: bool = False) -> bytes:
    """Return the filenames of a tag as a file in a format of `formats.WRITERS`, added samples in the order picked."""
    from al_core.formats import WRITERS, ExportRows

    selection = read_selection(dataset, tag)
    added = selection.added_rows if selection else np.empty(0, np.int64)
    rows = added if added_only else np.concatenate([added, np.setdiff1d(tag.rows, added)])
    origin = tag.facts.get("score")
    score = dataset.arrays.find("score", origin["name"]) if origin else None
    content = ExportRows(
        filenames=dataset.filenames(rows),
        scores=dataset.arrays.read(score)[rows] if score else None,
        ranks=[*range(1, len(added) + 1), *[None] * (len(rows) - len(added))],
        metadata={"dataset": dataset.name, "tag": tag.name, "total": tag.size, "added": len(added), **tag.facts},
    )
    return WRITERS[format].write(content)


def example_predictions(dataset: "Dataset", *, n_samples: int = 200) -> bytes:
    """Return a CSV file of predictions for the dataset's first samples, to learn the layout from."""
    rows = np.arange(min(n_samples, dataset.n_samples))
    stored = dataset.arrays.newest("prediction")
    class_names = stored.facts["class_names"] if stored else ["cat", "dog"]
    probabilities = dataset.arrays.read(stored)[rows] if stored else np.tile([0.7, 0.3], (len(rows), 1))
    lines = [",".join(["filename", *class_names])]
    for name, row in zip(dataset.filenames(rows), np.asarray(probabilities, float).round(4).tolist(), strict=True):
        lines.append(",".join([name, *map(str, row)]))
    return "\n".join(lines).encode()


def highest_rows(dataset: "Dataset", score_name: str, count: int) -> Rows:
    """Return the rows with the highest score, highest first; rows without the score come last."""
    scores = np.nan_to_num(dataset.arrays.read(dataset.arrays.get("score", score_name)), nan=-1)
    count = min(count, len(scores))
    top = np.argpartition(-scores, count - 1)[:count]
    return top[np.lexsort((top, -scores[top]))]


def find_score(dataset: "Dataset", config: SelectionConfig) -> StoredArray | None:
    """Return the score that a selection uses: the one it names, otherwise the preferred one, otherwise None."""
    if config.score_name is not None:
        return dataset.arrays.get("score", config.score_name)
    scores = {score.name: score for score in dataset.arrays.all("score")}
    preferred = [name for name in PREFERRED_SCORES if name in scores] + list(scores)
    return scores[preferred[0]] if preferred else None


def _check_embeddings(embeddings: Embeddings, filenames: Sequence[str]) -> None:
    if embeddings.ndim != 2 or embeddings.dtype.kind != "f" or not embeddings.size:
        raise InvalidInputError(
            f"embeddings are a table of floats, one row per sample; {embeddings.dtype} of shape {embeddings.shape} came"
        )
    if len(embeddings) != len(filenames):
        raise InvalidInputError(
            f"there are {len(embeddings):,} embeddings for {len(filenames):,} filenames; give one row per filename"
        )
    bad = np.flatnonzero(~np.isfinite(embeddings).all(axis=1))
    if len(bad):
        raise InvalidInputError(
            f"{len(bad):,} embeddings have NaN or infinite values, the first in row {bad[0]} "
            f"({filenames[bad[0]]}); remove or recompute them"
        )


def _save_embedding(dataset: "Dataset", name: str, embeddings: Embeddings) -> None:
    dataset.arrays.save("embedding", {name: np.asarray(embeddings, np.float32)})


def _row_order(dataset: "Dataset", filenames: Sequence[str]) -> Rows:
    rows = dataset.rows_of(filenames)
    unknown = [filenames[position] for position in np.flatnonzero(rows < 0)[:3]]
    position_of_row = np.full(dataset.n_samples, -1)
    position_of_row[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
    missing = dataset.filenames(np.flatnonzero(position_of_row < 0)[:3])
    if unknown or missing or len(filenames) != dataset.n_samples:
        raise InvalidInputError(
            f"dataset '{dataset.name}' has {dataset.n_samples:,} samples and the embedding {len(filenames):,} rows; "
            f"give each sample one row. Unknown to the dataset: {', '.join(unknown) or 'none'}. "
            f"Without an embedding: {', '.join(missing) or 'none'}."
        )
    return position_of_row


def _score_column(dataset: "Dataset", rows: Rows, name: str, values: Sequence[float] | Scores) -> Scores:
    scores = np.asarray(values)
    if scores.shape != (len(rows),) or scores.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"score '{name}' has shape {scores.shape}, but {len(rows)} samples are scored; give one number for each"
        )
    bad = np.flatnonzero((scores < 0) | (scores > 1))
    if len(bad):
        raise InvalidInputError(
            f"score '{name}' of {dataset.filenames(rows[bad[:1]])[0]} is {scores[bad[0]]}; scores are from 0 to 1, "
            "higher meaning more worth labelling"
        )
    column = np.full(dataset.n_samples, np.nan, scores.dtype if scores.dtype.kind == "f" else np.float64)
    column[rows] = scores
    return column


def _complete_scores(
    dataset: "Dataset", config: SelectionConfig, score: StoredArray | None, candidates: Rows
) -> Scores | None:
    """Return the scores if each candidate has one; a method that needs them cannot go without."""
    if score is None:
        return None
    scores = dataset.arrays.read(score)
    n_missing = int(np.isnan(scores[candidates]).sum())
    if not n_missing:
        return scores
    if config.method in (SamplingMethod.RANDOM, SamplingMethod.CORESET):
        return None
    raise MissingInputError(
        f"{n_missing:,} of the {len(candidates):,} candidates have no score '{score.name}'; upload predictions for "
        "them, or choose a query tag whose samples all have one"
    )


def _streamed(predictions: "Predictions", used: Rows, progress: Progress | None) -> Any:
    """Return the outputs of the used rows, one at a time where they may not fit into memory together."""
    if isinstance(predictions.outputs, ObjectDetectionBatch):
        return predictions.take(used)

    def read() -> Iterator[Any]:
        for done, row in enumerate(used.tolist()):
            if progress:
                progress(done, len(used))
            yield predictions.outputs[row]

    return read()


def _projection_name(embedding: StoredArray, method: str, seed: int) -> str:
    return f"{method} of {embedding.digest}" + (f" with seed {seed}" if method == "UMAP" else "")


def _origin(stored: StoredArray | None) -> dict[str, str] | None:
    return {"name": stored.name, "digest": stored.digest} if stored else None


def _changes(dataset: "Dataset", tag: Tag) -> list[str]:
    changes = []
    for kind in ("embedding", "score"):
        origin = tag.facts[kind]
        stored = dataset.arrays.find(kind, origin["name"]) if origin else None
        if origin and stored is None:
            changes.append(f"{kind} '{origin['name']}' has been deleted since")
        elif stored and stored.digest != origin["digest"]:
            changes.append(f"{kind} '{stored.name}' has been replaced since")
    return changes
