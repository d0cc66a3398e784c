"""Selections: what they will add, how configurations compare, and the run itself."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, NotAllowedError
from al_core.steps.outlook import look_ahead
from al_core.steps.selection_plan import SelectionInputs, make_selection
from al_core.steps.selections import Selection, selection_of
from al_core.store.records import Tag
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.config import Grouping
    from al_core.config.goals import By
    from al_core.evaluation import SpacingCurve
    from al_core.steps.compare import Comparison
    from al_core.steps.outlook import GroupSizes, Outlook
    from al_core.store import Dataset


def group_sizes(dataset: "Dataset", grouping: "Grouping") -> "GroupSizes":
    """Return into how many groups a column, a folder or a pattern splits a dataset, and how large they are."""
    from al_core.steps import outlook

    return outlook.group_sizes(dataset, grouping)


def group_names(dataset: "Dataset", by: "By") -> tuple[str, ...]:
    """Return the names of the groups of a column, a folder or a pattern, or of the classes that the model predicts."""
    from al_core.steps import outlook

    return outlook.group_names(dataset, by)


def spacing(
    dataset: "Dataset",
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
) -> "SpacingCurve":
    """Return how many new samples each minimum distance keeps, and pairs of samples at each distance.

    Raises:
        MissingInputError: If the dataset has no embedding to measure distances in.
    """
    if dataset.server:
        return dataset.server.spacing(query_tag=query_tag, labeled_tag=labeled_tag, embedding_name=embedding_name)
    from al_core.steps import spacing as step

    return step.spacing(dataset, SelectionInputs(query_tag, labeled_tag, embedding_name))


def check_selection(
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
) -> "Outlook":
    """Return how many images a selection will add at most, what they cost, and what falls short; nothing is done.

    Raises:
        MissingInputError: If the dataset lacks what method, goals, limits or budget need.
        InvalidInputError: If they speak of what there is not, or the budget pays for no image.
    """
    if dataset.server:
        outlook: Outlook = dataset.server.look_ahead(
            config, query_tag=query_tag, labeled_tag=labeled_tag, embedding_name=embedding_name
        )
        return outlook
    return look_ahead(dataset, config, SelectionInputs(query_tag, labeled_tag, embedding_name))


def compare(
    dataset: "Dataset",
    configs: Sequence[SelectionConfig],
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> "Comparison":
    """Return what up to four configurations would pick, what they share, and their cards; nothing is stored.

    `run_selection` with the configuration of a candidate makes it the selection.

    Raises:
        InvalidInputError: Unless there are one to four configurations, or if one would pick nothing.
        MissingInputError: If the dataset lacks an embedding or a score that one of them needs.
    """
    if dataset.server:
        comparison: Comparison = dataset.server.compare(
            configs,
            query_tag=query_tag,
            labeled_tag=labeled_tag,
            embedding_name=embedding_name,
            progress=progress,
        )
        return comparison
    from al_core.steps import compare as step

    return step.compare(dataset, configs, SelectionInputs(query_tag, labeled_tag, embedding_name), progress)


def run_selection(  # noqa: PLR0913 - what a selection begins with, each by keyword
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    round_digest: str | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Select samples and store them with the ones chosen before as a new tag.

    Of the new samples `config.test_share` are drawn from the test reserve. With the first test share a population is
    fixed, the query set without what was chosen before, and a tenth of it is set aside: no method ever picks it.

    Args:
        dataset: Where to select.
        config: What to select.
        query_tag: The rows that may be selected; by default all.
        labeled_tag: The labeled rows; by default all that have labels or are in tags marked as labeled.
        embedding_name: By default the newest embedding.
        round_digest: Recorded with the tag: the digest of the round file that asks for the selection.
        cluster: The address of a Dask scheduler, such as `tcp://scheduler:8786`, whose workers compute the same rows
            (docs/scaling.md); by default that of `AL_CORE_CLUSTER`, without which this process computes them.
        progress: Called with (picked, total); it may raise to stop, and nothing is stored then.

    Raises:
        AlreadyExistsError: If a tag of the configuration's name exists.
        MissingInputError: If the method needs embeddings or scores that are not there.
        NotAllowedError: If a cluster does not do yet what the configuration asks for, or a server should use one.
        ServerError: If the cluster fails; nothing is stored.
    """
    if dataset.server and cluster:
        raise NotAllowedError(
            f"dataset '{dataset.name}' is on a server, which selects where its own AL_CORE_CLUSTER says; leave out "
            "the cluster"
        )
    if dataset.server:
        tag = dataset.server.select(
            config,
            query_tag=query_tag,
            labeled_tag=labeled_tag,
            embedding_name=embedding_name,
            round_digest=round_digest,
            progress=progress,
        )
        return selection_of(dataset, tag)
    inputs = SelectionInputs(query_tag, labeled_tag, embedding_name, round_digest=round_digest, cluster=cluster)
    _warn_of_what_falls_short(dataset, config, inputs)
    return make_selection(dataset, config, inputs, progress)


def _warn_of_what_falls_short(dataset: "Dataset", config: SelectionConfig, inputs: SelectionInputs) -> None:
    if config.goals or config.limits or config.budget or config.test_share:
        for warning in look_ahead(dataset, config, inputs).warnings:
            # As if `run_selection` had warned: at its caller.
            warnings.warn(warning, ALCoreWarning, stacklevel=3)


def select_tests(dataset: "Dataset", n_samples: int, name: str) -> Selection:
    """Select a batch of test samples alone, the next ones of the reserve, and store it as a round."""
    n_chosen = len(SelectionInputs().chosen(dataset))
    config = SelectionConfig("RANDOM", n_chosen + n_samples, name=name, test_share=1.0)
    return run_selection(dataset, config)


def next_config(dataset: "Dataset", n_new: int | None = None) -> SelectionConfig:
    """Return the configuration of the next round, for `run_selection`: as large as the last one, with its settings.

    Raises:
        MissingInputError: If there is no round yet, or no sample is left.
    """
    from al_core.steps import next_round

    return next_round.next_config(dataset, n_new)
