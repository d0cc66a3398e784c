"""Puts the dashboard into the wheel, inside the package."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DASHBOARD = ("app.py", "ui", "pages", "examples", ".streamlit/config.toml")


class DashboardHook(BuildHookInterface[Any]):
    """Maps the dashboard from the top of the repository to `al_core/_dashboard`.

    A top-level `ui` or `pages` in site-packages would meet those of other projects.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files of the dashboard; an editable installation runs them where they are."""
        if version == "standard":
            build_data["force_include"].update({path: f"al_core/_dashboard/{path}" for path in DASHBOARD})
