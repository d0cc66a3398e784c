"""The button that makes a tag of what a page shows."""

from collections.abc import Callable

from al_core.store import Dataset, Tag
from ui.clicks import clicked
from ui.messages import errors_explained
from ui.reruns import rerun
from ui.tags.created import say_created
from ui.visitor import obstacle


def tag_button(
    dataset: Dataset, label: str, create: Callable[[], Tag], *, key: str, hint: str, empty: str | None = None
) -> None:
    """Draw a button that creates a tag and says so; `empty` is why there is nothing to tag."""
    reason = obstacle(empty)
    if clicked(label, key=key, icon=":material/sell:", reason=reason, hint=hint):
        with errors_explained():
            tag = create()
            say_created(dataset, tag)
            rerun()
