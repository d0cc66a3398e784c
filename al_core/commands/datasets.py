import argparse
from typing import Any

from al_core.commands.shell import add_place_arguments, opened, to_text
from al_core.text import counted

SUMMARY = "List the datasets, newest first, with their tags and models."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core datasets`."""
    add_place_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print a line or a record for each dataset."""
    with opened(arguments) as workspace:
        records: list[dict[str, Any]] = [
            {
                "id": dataset.id,
                "name": dataset.name,
                "samples": dataset.n_samples,
                "tags": [tag.name for tag in dataset.tag_summaries()],
                "models": [model.name for model in dataset.models.all()],
            }
            for dataset in workspace.datasets()
        ]
    if arguments.json:
        print(to_text(records))
        return
    for record in records:
        counts = [counted(record["samples"], "sample")]
        counts += [counted(len(record[noun]), noun.removesuffix("s")) for noun in ("tags", "models")]
        print(f"{record['name']}: {', '.join(counts)}")
