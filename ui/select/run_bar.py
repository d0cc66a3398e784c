"""What happens when the button is pressed, and the button: always in view."""

from dataclasses import dataclass

import streamlit as st

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreError, NotAllowedError
from al_core.steps.outlook import Outlook
from al_core.store import Dataset
from al_core.text import counted
from ui.select.tags import StartingPoint


@dataclass(frozen=True)
class Consequence:
    """What the button does: a sentence, what falls short, and why it can do nothing, None if it can."""

    text: str
    warnings: tuple[str, ...] = ()
    refusal: str | None = None


def foresee(dataset: Dataset, config: SelectionConfig, start: StartingPoint) -> Consequence:
    """Return what a configuration would do; of a server that is too old to say, as much as can be told from here."""
    try:
        outlook = _outlook(_content_key(dataset, start), _config_key(config), dataset, config, start)
    except NotAllowedError:
        return Consequence(_asked_text(config, len(start.chosen)))
    except ALCoreError as error:
        return Consequence("", refusal=str(error))
    refusal = None
    if not outlook.n_picked + outlook.n_tests:
        reason = f": “{outlook.tightest}” leaves none" if outlook.tightest else ""
        refusal = f"No image would be added{reason}. Loosen a limit or choose from more images"
    return Consequence(outlook_text(config, outlook, len(start.chosen)), outlook.warnings, refusal)


def outlook_text(config: SelectionConfig, outlook: Outlook, n_chosen: int) -> str:
    """Return how many images are added at what price.

    Examples:
        >>> config = SelectionConfig("RANDOM", 132)
        >>> outlook_text(config, Outlook(1600, 29, 3, None, "", ()), 100)
        'Adds 32 images, 3 of them for testing, to 100 labeled ones.'
        >>> outlook_text(config, Outlook(20, 20, 0, None, "at most 1 per camera", ()), 0)
        'Adds at most 20 images: “at most 1 per camera” leaves no more.'
    """
    n_new = outlook.n_picked + outlook.n_tests
    tests = f", {outlook.n_tests:,} of them for testing" if outlook.n_tests else ""
    labeled = f", to {n_chosen:,} labeled ones" if n_chosen else ""
    if not tests:
        labeled = labeled.removeprefix(",")
    most = "at most " if outlook.tightest or config.n_samples == -1 or config.min_distance != -1 else ""
    reason = f": “{outlook.tightest}” leaves no more" if outlook.tightest else ""
    text = f"Adds {most}{counted(n_new, 'image')}{tests}{labeled}{reason}."
    if outlook.bill is None or config.budget is None:
        return text
    total = config.budget.in_unit(config.budget.total)
    return f"{text} Expected bill: about {config.budget.in_unit(outlook.bill)} of {total}."


def _asked_text(config: SelectionConfig, n_chosen: int) -> str:
    return "" if config.n_samples == -1 else f"Adds up to {counted(config.n_samples - n_chosen, 'image')}."


def _config_key(config: SelectionConfig) -> str:
    # Neither name nor seed changes what is counted.
    return str({name: value for name, value in config.to_json().items() if name not in ("name", "seed")})


def _content_key(dataset: Dataset, start: StartingPoint) -> str:
    """Return what an outlook depends on beside the configuration."""
    return f"{dataset.version()} {start.query.id} {start.labeled and start.labeled.id}"


@st.cache_data(max_entries=64, show_spinner=False)
def _outlook(
    content: str, config_key: str, _dataset: Dataset, _config: SelectionConfig, _start: StartingPoint
) -> Outlook:
    return workflow.check_selection(_dataset, _config, query_tag=_start.query, labeled_tag=_start.labeled)
