import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.commands.shell import (
    add_cluster,
    add_dataset,
    add_dry_run,
    add_starting_point,
    opened,
    path_argument,
    print_answer,
)
from al_core.commands.terminal import printed_progress
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import AlreadyExistsError, InvalidInputError
from al_core.steps.row_sets import NO_ROWS
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.steps.round_file import SelectionEntry
    from al_core.steps.selections import Selection
    from al_core.store import Dataset, Tag
    from al_core.types import Rows

N_NEW = 100
"""How many images are added where nothing says when to stop."""

SUMMARY = (
    "Select what to label next and store it as a tag. Asked the same of the same data again, it answers with the tag "
    "that there is."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core select`."""
    parser.add_argument("--name", required=True, metavar="NAME", help="name of the new tag")
    parser.add_argument("--new", type=int, metavar="N", help="how many images to add; by default 100")
    settings = parser.add_mutually_exclusive_group()
    settings.add_argument(
        "--continue",
        dest="is_continued",
        action="store_true",
        help="go on as the last round did: as many images, with its settings, which the options replace",
    )
    settings.add_argument(
        "--config",
        type=path_argument,
        metavar="FILE",
        help="settings as YAML or JSON, such as goals, limits and budget: the section `selection` of a round file, "
        "whose values the options replace",
    )
    parser.add_argument(
        "--method",
        choices=[method.value for method in SamplingMethod],
        type=str.upper,
        help="by default CORAL",
    )
    parser.add_argument("--score", metavar="NAME", help="score to use; by default the margin if there is one")
    parser.add_argument("--min-distance", type=float, help="no two images nearer than this; by default off")
    parser.add_argument("--test-share", type=float, help="share of the new images drawn for testing")
    parser.add_argument("--seed", type=int, help="fixes every random choice; by default 0")
    add_starting_point(parser)
    add_cluster(parser)
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the filenames that were added, one per line, or as JSON with the digest of the tag's manifest."""
    from al_core import workflow

    entry = _entry(arguments)
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        labeled_tag = dataset.tag(arguments.labeled) if arguments.labeled else None
        query_tag = dataset.tag(entry.query) if entry.query else None
        n_chosen = len(_chosen(dataset, arguments.name, labeled_tag))
        if arguments.is_continued:
            config = _continued(arguments, dataset, n_chosen)
        else:
            config = entry.config(arguments.name, n_chosen)
        selection = _present(dataset, config, labeled_tag, query_tag)
        is_changed = selection is None and not arguments.dry_run
        if is_changed:
            try:
                selection = _selected(dataset, config, labeled_tag, query_tag, arguments.cluster)
            except AlreadyExistsError:
                # The same command may have run beside this one; what was made in another way is refused here.
                selection = _present(dataset, config, labeled_tag, query_tag)
                is_changed = False
        if selection is None:
            outlook = workflow.check_selection(dataset, config, query_tag=query_tag, labeled_tag=labeled_tag)
            _print_plan(arguments, config, outlook.n_picked + outlook.n_tests)
            return
        _print_selection(arguments, dataset, selection, is_changed=is_changed)


def _entry(arguments: argparse.Namespace) -> "SelectionEntry":
    """Return what to select: the settings of the file, replaced by those of the options."""
    from al_core.steps.round_file import read_selection_entry
    from al_core.steps.settings_file import read_settings

    content = read_settings(arguments.config) if arguments.config else {}
    content |= _options(arguments)
    if arguments.new is not None:
        content["new"] = arguments.new
    if arguments.query is not None:
        content["query"] = arguments.query
    if not content.keys() & {"new", "n_samples", "budget"}:
        content["new"] = N_NEW
    return read_selection_entry(content, arguments.config.name if arguments.config else "options")


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the method that the options replace."""
    options = {
        "method": arguments.method,
        "score_name": arguments.score,
        "min_distance": arguments.min_distance,
        "test_share": arguments.test_share,
        "seed": arguments.seed,
    }
    return {name: value for name, value in options.items() if value is not None}


def _continued(arguments: argparse.Namespace, dataset: "Dataset", n_chosen: int) -> SelectionConfig:
    """Return the settings of the last round, or those of the round of this name: asked again, it is the last one."""
    from al_core import workflow

    tag = dataset.find_tag(arguments.name)
    config = tag.provenance.config if tag else None
    if config is None:
        config = workflow.next_config(dataset, arguments.new)
        if config.n_samples != -1:
            # Its total starts from all labeled images, of which a tag may name fewer.
            n_new = config.n_samples - len(_chosen(dataset, arguments.name, None))
            config = replace(config, n_samples=n_chosen + n_new)
    elif arguments.new is not None:
        config = replace(config, n_samples=n_chosen + arguments.new)
    return replace(config, name=arguments.name, **_options(arguments))


def _chosen(dataset: "Dataset", name: str, labeled_tag: "Tag | None") -> "Rows":
    """Return the rows that are labeled or with labelers, but not those that the tag of this name has sent."""
    from al_core import workflow
    from al_core.steps.chosen import added_rows

    labeled = workflow.labeled_set(dataset) if labeled_tag is None else labeled_tag.rows
    # A command that is repeated must ask the same as the first time, when its own rows were with nobody.
    tag = dataset.find_tag(name)
    own = added_rows(dataset, tag) if tag else NO_ROWS
    return np.union1d(labeled, np.setdiff1d(workflow.sent_set(dataset), own))


def _selected(
    dataset: "Dataset",
    config: SelectionConfig,
    labeled_tag: "Tag | None",
    query_tag: "Tag | None",
    cluster: str | None,
) -> "Selection":
    from al_core import workflow

    return workflow.run_selection(
        dataset,
        config,
        labeled_tag=labeled_tag,
        query_tag=query_tag,
        cluster=cluster,
        progress=printed_progress("images"),
    )


def _present(
    dataset: "Dataset", config: SelectionConfig, labeled_tag: "Tag | None", query_tag: "Tag | None"
) -> "Selection | None":
    """Return the selection of this name if it was made as it would be made now, or None if there is no such tag.

    Raises:
        AlreadyExistsError: If the tag was made in another way, or from something else.
    """
    from al_core.steps.selections import read_selection

    tag = dataset.find_tag(config.name)
    if tag is None:
        return None
    selection = read_selection(dataset, tag)
    chosen = _chosen(dataset, tag.name, labeled_tag)
    is_of_query = query_tag is None or tag.query_tag_id == query_tag.id
    is_same = (
        selection is not None
        and not selection.stale
        and selection.config == config
        and is_of_query
        and np.array_equal(np.setdiff1d(tag.rows, selection.added_rows), chosen)
    )
    if not is_same:
        raise AlreadyExistsError(
            f"tag '{tag.name}' was made in another way, or what it was made from has changed; choose another name"
        )
    return selection


def _print_plan(arguments: argparse.Namespace, config: SelectionConfig, n_most: int) -> None:
    if not n_most:
        raise InvalidInputError(
            "nothing would be added; ask for more images, choose from others, or loosen limits and budget"
        )
    sentence = f"At most {counted(n_most, 'image')} would be selected by {config.method} as '{config.name}'."
    print_answer(arguments, sentence, tag=config.name, config=config.to_json(), changed=False)


def _print_selection(
    arguments: argparse.Namespace, dataset: "Dataset", selection: "Selection", *, is_changed: bool
) -> None:
    from al_core.steps.manifest import make_manifest, manifest_digest

    filenames = dataset.filenames(selection.added_rows)
    print_answer(
        arguments,
        "\n".join(filenames),
        tag=selection.tag.name,
        added=filenames,
        total=selection.tag.size,
        seed=selection.config.seed,
        manifest=manifest_digest(make_manifest(dataset, selection.tag)),
        changed=is_changed,
    )
