"""Writes docs/formats.md from the registries: `python -m tools.formats_page`."""

from collections.abc import Sequence
from pathlib import Path

from al_core.formats import READERS, WRITERS
from al_core.formats.training.writers import TRAINING_WRITERS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "formats.md"

TITLES = {
    "embeddings": "Embeddings in",
    "predictions": "Predictions in",
    "labels": "Labels in",
    "scores": "Ready-made scores in",
    "metadata": "Metadata in",
    "filenames": "Lists of filenames in",
    "class-names": "Class names in",
}


def formats_page() -> str:
    """Return the page with a table for each registry; the examples are linked."""
    parts = [
        "# Formats\n\n"
        "Every format that al_core reads or writes. It recognizes a file by its content; to choose a format, pass "
        "a name from the first column as `format=` in Python, as `--format` on the command line, or under *Read as* on "
        "the Predictions page. A file may also come compressed (.gz, .bz2, .xz, .zst), alone in a .zip or .tar, as a "
        "sheet of an Excel workbook (.xlsx), in UTF-16 or Windows-1252, with decimal commas, comments, or `|`, blanks "
        "or semicolons between its cells. `python -m tools.formats_page` generates this page.\n"
    ]
    for kind, readers in READERS.items():
        rows = [
            (f"`{name}`", reader.label, reader.description, " ".join(reader.suffixes), _examples(kind, name))
            for name, reader in readers.items()
        ]
        parts.append(_table(TITLES[kind], ("Name", "Format", "What it holds", "Endings", "Example"), rows))
    written = [(f"`{name}`", writer.label, writer.description) for name, writer in WRITERS.items()]
    parts.append(_table("Selections out", ("Name", "Format", "What it holds"), written))
    trained_on = [
        (
            f"`{writer.name}`",
            writer.label,
            ", ".join(task.replace("-", " ") for task in writer.tasks),
            writer.description,
        )
        for writer in TRAINING_WRITERS
    ]
    parts.append(_table("Training labels out", ("Name", "Format", "Task", "What it holds"), trained_on))
    return "\n".join(parts)


def _examples(kind: str, name: str) -> str:
    folder = PAGE.parents[1] / "examples" / kind
    files = sorted(folder.glob(f"{name}.*")) + sorted(folder.glob(f"{name}--*"))
    return " ".join(f"[{file.name}](../examples/{kind}/{file.name})" for file in files)


def _table(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return f"## {title}\n\n" + "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(formats_page(), encoding="utf-8")
