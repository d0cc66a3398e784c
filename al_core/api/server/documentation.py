"""The page `/v1/docs`. FastAPI's own loads its scripts from another server, and this one works without a network."""

from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #1b2228; background: #fff; color-scheme: light dark; }
code { font-size: .85rem; } b { display: inline-block; min-width: 4.5rem; } p { margin: .2rem 0 1rem 4.75rem; }
@media (prefers-color-scheme: dark) { body { color: #e4e8eb; background: #121619; } a { color: #74bdf0; } }
"""
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class DocumentedAPI(FastAPI):
    """An API whose OpenAPI document names bounds exactly."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        if not self.openapi_schema:
            self.openapi_schema = with_exact_bounds(super().openapi())
        return self.openapi_schema


def with_exact_bounds(document: Any) -> Any:
    """Return a document with whole numbers as integers: FastAPI writes the bound 2**63 as 9.223372036854776e+18.

    That is 192 more in decimal notation, which OpenAPI's tools read.
    """
    if isinstance(document, dict):
        return {name: with_exact_bounds(value) for name, value in document.items()}
    if isinstance(document, list):
        return [with_exact_bounds(value) for value in document]
    return int(document) if isinstance(document, float) and document.is_integer() else document


def add_page(api: FastAPI) -> None:
    """Add the page, made from the OpenAPI document."""

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(page(api.openapi()), headers=HEADERS)


def page(document: dict[str, Any]) -> str:
    """Return the operations of an OpenAPI document as HTML, by group."""
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            group = operation["tags"][0]
            groups.setdefault(group, []).append(entry(method, path, operation))
    sections = [f"<h2>{escape(group)}</h2>{''.join(entries)}" for group, entries in groups.items()]
    body = "".join(sections)
    title = escape(document["info"]["title"])
    description = escape(document["info"]["description"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} API</title><style>{STYLE}</style>'
        f'<h1>{title} API</h1><p style="margin-left: 0">{description} The schemas of all requests and responses are in '
        f'<a href="openapi.json">openapi.json</a>.</p>{body}</html>'
    )


def entry(method: str, path: str, operation: dict[str, Any]) -> str:
    """Return one operation as HTML."""
    parameters = operation.get("parameters", [])
    names = [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
    query = f"?{'&'.join(names)}" if names else ""
    text = escape(operation.get("description", ""))
    return f"<div><b>{method.upper()}</b><code>/v1{escape(path + query)}</code></div><p>{text}</p>"
