import argparse

from al_core.commands.shell import add_dataset, add_dry_run, input_file, opened, path_argument, print_answer
from al_core.text import counted

SUMMARY = "Store numbers and texts about the images, such as place or patient, to filter, group and limit by."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core metadata`."""
    parser.add_argument("action", choices=["add"], help="what to do")
    parser.add_argument(
        "file",
        metavar="FILE",
        type=path_argument,
        help="CSV, Parquet or Arrow with a column filename, or Lightly's custom metadata; - reads standard input",
    )
    add_dry_run(parser)
    add_dataset(parser)


def run(arguments: argparse.Namespace) -> int:
    """Store the columns if the file is usable, and return 0; otherwise print its report and return 1."""
    from al_core import workflow
    from al_core.formats import read_metadata
    from al_core.steps.metadata import changed_columns

    with input_file(arguments.file, "metadata") as path, opened(arguments) as workspace:
        table = read_metadata(path)
        dataset = workspace.dataset(arguments.dataset)
        report = workflow.check_predictions(dataset, table, source=path.name)
        # The same file once more stores nothing.
        changed = changed_columns(dataset, table, report) if report.usable else []
        is_changed = bool(changed) and not arguments.dry_run
        if is_changed:
            workflow.store_metadata(dataset, table, report)
    columns = [*table.columns, *table.texts]
    sentences = report.sentences()
    sentences += [f"'{name}' is left out: {why}." for name, why in table.left_out.items()]
    if report.usable:
        done = f"stored {', '.join(changed)}" if is_changed else "nothing was stored"
        sentences.append(f"{counted(len(columns), 'column')} of metadata: {', '.join(columns)}; {done}.")
    print_answer(
        arguments,
        "\n".join(sentences),
        columns=columns,
        stored=changed if is_changed else [],
        left_out=dict(table.left_out),
        changed=is_changed,
        report=report.to_json(),
    )
    return 0 if report.usable else 1
