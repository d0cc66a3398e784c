"""The pages of the documentation that lie outside `docs/` or come from the code: a hook of MkDocs.

Every document keeps the place and the links with which it reads well in the repository. The site gets it under the
name in `PAGES`, and each link to a file of the repository leads to that file's place in the site.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "vulnerabilities.md",
    "docs/decisions": "decisions/index.md",
}
"""Where a page of the repository is in the site, if not at its place below `docs/`."""

ORIGINS = {page: path for path, page in PAGES.items() if path.endswith(".md")}

LINK = re.compile(r"(?P<before>\]\()(?P<target>(?![a-z]+:|#|/)[^)#\s]+)(?P<anchor>#[^)\s]*)?(?=\))")

ROUTES = "<!-- routes -->"
"""What the table of routes replaces."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents at the top of the repository, the examples, the icon and the list of decisions."""
    for path, page in PAGES.items():
        if path.endswith(".md"):
            text = (ROOT / path).read_text(encoding="utf-8")
            files.append(File.generated(config, page, content=text))
    files.append(File.generated(config, "decisions/index.md", content=decisions()))
    files.append(File.generated(config, "assets/icon.svg", abs_src_path=str(ROOT / "ui" / "icon.svg")))
    for example in sorted((ROOT / "examples").rglob("*.*")):
        uri = example.relative_to(ROOT).as_posix()
        files.append(File.generated(config, uri, abs_src_path=str(example)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page with its links led to pages of the site, and with the table of routes in its place."""
    uri = page.file.src_uri
    if ROUTES in markdown:
        markdown = markdown.replace(ROUTES, routes())
    return LINK.sub(lambda link: link["before"] + site_target(uri, link["target"]) + (link["anchor"] or ""), markdown)


def site_target(uri: str, target: str) -> str:
    """Return where a link leads in the site.

    Args:
        uri: The page with the link, relative to the site.
        target: The link as the repository has it.

    Examples:
        >>> site_target("index.md", "docs/formats.md")
        'formats.md'
        >>> site_target("decisions/001-arrays-in-files.md", "../../README.md")
        '../index.md'
        >>> site_target("formats.md", "../examples/scores/csv.csv")
        'examples/scores/csv.csv'
    """
    origin = ORIGINS.get(uri, f"docs/{uri}")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
    place = PAGES.get(path, path.removeprefix("docs/"))
    return posixpath.relpath(place, posixpath.dirname(uri) or ".")


def decisions() -> str:
    """Return the list of decisions, with the first sentence of each context."""
    lines = ["# Decisions", "", "Choices that a reader would question: the context, the choice, and what follows.", ""]
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join(lines) + "\n"


def routes() -> str:
    """Return a table of the routes for each part of the API, from its OpenAPI document."""
    from al_core.api.server import create_api
    from al_core.store import Workspace

    tables: dict[str, list[str]] = {}
    for path, methods in create_api(Workspace).openapi()["paths"].items():
        for method, route in methods.items():
            summary = " ".join(route["description"].split("\n\n")[0].split())
            row = f"| `{method.upper()}` | `/v1{path}` | {summary} |"
            tables.setdefault(route["tags"][0], []).append(row)
    head = ["| | path | |", "|---|---|---|"]
    return "\n".join("\n".join([f"### {title}", "", *head, *rows, ""]) for title, rows in tables.items())
