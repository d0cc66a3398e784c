"""Python that repeats what was done in the dashboard."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from al_core.config import Grouping, SelectionConfig
from al_core.steps.edit_pick import EDITED
from al_core.store.records import INITIAL_TAG

if TYPE_CHECKING:
    from al_core.steps.selections import Selection
    from al_core.store import Dataset


def selection_code(dataset: "Dataset", selection: "Selection") -> str:
    """Return a script that selects the same samples again, under a new tag."""
    tag = selection.tag
    config = selection.config
    names = {other.id: other.name for other in dataset.tag_summaries()}
    query_name = names.get(tag.query_tag_id or "")
    labeled_name = names.get(tag.labeled_tag_id or "")
    agent_arguments = ["client"]
    if query_name and query_name != INITIAL_TAG:
        agent_arguments.append(f"query_tag_name={query_name!r}")
    if labeled_name:
        agent_arguments.append(f"preselected_tag_name={labeled_name!r}")
    client = "LocalClient"
    package = "al_core"
    client_arguments = [f"dataset_id={dataset.name!r}"]
    if dataset.server:
        client = "ApiWorkflowClient"
        package = "al_core.api"
        client_arguments.insert(0, f"server={dataset.server.address!r}")
    if tag.provenance.embedding:
        client_arguments.append(f"embedding_id={tag.provenance.embedding.name!r}")
    config_arguments = [f"method={str(config.method)!r}", f"n_samples={config.n_samples}"]
    if config.min_distance != -1:
        config_arguments.append(f"min_distance={config.min_distance}")
    # The score that was used, which the config need not name: a better one may have come since.
    if tag.provenance.score:
        config_arguments.append(f"score_name={tag.provenance.score.name!r}")
    config_arguments.append(f"seed={config.seed}")
    # What is left at its default says nothing. Records write themselves as Python: their repr is their call.
    usual = SelectionConfig(name=config.name)
    for name in ("normalize", "coral", "strength", "test_share", "test_groups", "goals", "limits", "budget"):
        if getattr(config, name) != getattr(usual, name):
            config_arguments.append(f"{name}={getattr(config, name)!r}")
    n_before = tag.size - len(selection.added_rows)
    note = ""
    if n_before and not labeled_name:
        note = f"# It went on from {n_before:,} labeled and sent samples: pass a tag of them as preselected_tag_name.\n"
    if tag.provenance.operation == EDITED:
        note += f"# It was edited by hand afterwards: {'; '.join(tag.provenance.filters)}.\n"
    names_used = sorted(_classes(config))
    config_import = f"from al_core.config import {', '.join(names_used)}\n" if names_used else ""
    return f"""\
from al_core import ActiveLearningAgent, SelectionConfig
from {package} import {client}
{config_import}
client = {client}({", ".join(client_arguments)})
{note}agent = ActiveLearningAgent({", ".join(agent_arguments)})
labeled_set, added_set = agent.query(SelectionConfig({", ".join(config_arguments)}))
"""


def comparison_code(dataset: "Dataset", configs: "Sequence[SelectionConfig]") -> str:
    """Return a script that compares these configurations again."""
    lines = []
    for config in configs:
        arguments = [f"{str(config.method)!r}", f"{config.n_samples}"]
        if config.score_name:
            arguments.append(f"score_name={config.score_name!r}")
        arguments.append(f"seed={config.seed}")
        lines.append(f"    SelectionConfig({', '.join(arguments)}),")
    names = "SelectionConfig, compare"
    opening = f"from al_core import LocalClient, {names}\n\nclient = LocalClient(dataset_id={dataset.name!r})\n"
    if dataset.server:
        opening = (
            f"from pathlib import Path\n\nfrom al_core import {names}\nfrom al_core.remote import RemoteWorkspace\n\n"
            f"workspace = RemoteWorkspace({dataset.server.address!r}, token=None, cache_folder=Path('cache'))\n"
            f"client = workspace.dataset({dataset.name!r})\n"
        )
    listed = "\n".join(lines)
    return f"""\
{opening}configs = [
{listed}
]
comparison = compare(client, configs)
for candidate in comparison.candidates:
    print(candidate.config.method, *candidate.card.sentences(), sep="\\n  ")
print(comparison.overlap)
"""


def _classes(config: "SelectionConfig") -> set[str]:
    """Return the names of the classes whose records a configuration has."""
    records: list[object] = [*config.goals, *config.limits]
    if config.budget:
        records.append(config.budget)
    names = set()
    for record in records:
        names.add(type(record).__name__)
        groupings = [value for value in vars(record).values() if isinstance(value, Grouping)]
        names |= {type(grouping).__name__ for grouping in groupings}
    return names
