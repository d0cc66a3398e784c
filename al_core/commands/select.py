import argparse
from typing import TYPE_CHECKING

import numpy as np

from al_core.commands.shell import add_dataset, add_dry_run, opened, print_answer
from al_core.commands.terminal import printed_progress
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import AlreadyExistsError
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.steps.selections import Selection
    from al_core.store import Dataset, Tag

SUMMARY = (
    "Select what to label next and store it as a tag. Asked the same of the same data again, it answers with the tag "
    "that there is."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core select`."""
    parser.add_argument("--name", required=True, metavar="NAME", help="name of the new tag")
    parser.add_argument("--new", type=int, default=100, metavar="N", help="how many images to add; by default 100")
    parser.add_argument(
        "--method",
        choices=[method.value for method in SamplingMethod],
        type=str.upper,
        default=SamplingMethod.CORAL.value,
        help="by default CORAL",
    )
    parser.add_argument("--score", metavar="NAME", help="score to use; by default the margin if there is one")
    parser.add_argument("--min-distance", type=float, default=-1, help="no two images nearer than this; by default off")
    parser.add_argument("--test-share", type=float, default=0.0, help="share of the new images drawn for testing")
    parser.add_argument("--seed", type=int, default=0, help="fixes every random choice; by default 0")
    parser.add_argument("--query", metavar="TAG", help="tag to select from; by default all images")
    parser.add_argument("--labeled", metavar="TAG", help="tag of the labeled images; by default all that are labeled")
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the filenames that were added, one per line, or as JSON with the digest of the tag's manifest."""
    with opened(arguments) as workspace:
        dataset = workspace.dataset(arguments.dataset)
        labeled_tag = dataset.tag(arguments.labeled) if arguments.labeled else None
        query_tag = dataset.tag(arguments.query) if arguments.query else None
        config = _config(arguments, dataset, labeled_tag)
        selection = _present(dataset, config, labeled_tag, query_tag)
        is_changed = selection is None and not arguments.dry_run
        if is_changed:
            selection = _selected(dataset, config, labeled_tag, query_tag)
        if selection is None:
            _print_plan(arguments, config)
            return
        _print_selection(arguments, dataset, selection, is_changed=is_changed)


def _config(arguments: argparse.Namespace, dataset: "Dataset", labeled_tag: "Tag | None") -> SelectionConfig:
    from al_core import workflow

    labeled = workflow.labeled_set(dataset) if labeled_tag is None else labeled_tag.rows
    return SelectionConfig(
        arguments.method,
        len(labeled) + arguments.new,
        arguments.min_distance,
        arguments.name,
        score_name=arguments.score,
        seed=arguments.seed,
        test_share=arguments.test_share,
    )


def _selected(
    dataset: "Dataset", config: SelectionConfig, labeled_tag: "Tag | None", query_tag: "Tag | None"
) -> "Selection":
    from al_core import workflow

    return workflow.run_selection(
        dataset, config, labeled_tag=labeled_tag, query_tag=query_tag, progress=printed_progress("images")
    )


def _present(
    dataset: "Dataset", config: SelectionConfig, labeled_tag: "Tag | None", query_tag: "Tag | None"
) -> "Selection | None":
    """Return the selection of this name if it was made as it would be made now, or None if there is no such tag.

    Raises:
        AlreadyExistsError: If the tag was made in another way, or from something else.
    """
    from al_core import workflow
    from al_core.steps.selections import read_selection

    tag = next((tag for tag in dataset.tags() if tag.name == config.name), None)
    if tag is None:
        return None
    selection = read_selection(dataset, tag)
    labeled = workflow.labeled_set(dataset) if labeled_tag is None else labeled_tag.rows
    is_same = (
        selection is not None
        and not selection.stale
        and selection.config == config
        and np.array_equal(np.setdiff1d(tag.rows, selection.added_rows), labeled)
        and (query_tag is None or tag.query_tag_id == query_tag.id)
    )
    if not is_same:
        raise AlreadyExistsError(
            f"tag '{tag.name}' was made in another way, or what it was made from has changed; choose another name"
        )
    return selection


def _print_plan(arguments: argparse.Namespace, config: SelectionConfig) -> None:
    sentence = f"{counted(arguments.new, 'image')} would be selected by {config.method} as '{config.name}'."
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
