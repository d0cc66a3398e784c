"""The goals and limits of the next selection: one line each, changed in place, and a menu that adds another."""

import streamlit as st

from al_core.config import Goal, Limit
from al_core.exceptions import InvalidInputError
from al_core.store import Dataset
from ui.messages import plain, show_error
from ui.reruns import rerun
from ui.select.fields import Fields
from ui.select.goal_forms import GOAL_FORMS, Form
from ui.select.limit_forms import LIMIT_FORMS
from ui.select.wishes import Part, Slot, store_wishes, wishes_of
from ui.session import key_of

REMOVE = ":material/close:"
FORMS: dict[Part, dict[str, Form]] = {"goals": GOAL_FORMS, "limits": LIMIT_FORMS}
NOUNS: dict[Part, str] = {"goals": "goal", "limits": "limit"}
MEANINGS: dict[Part, str] = {
    "goals": "What is liked, beside what the method itself looks for; it excludes nothing",
    "limits": "What no pick may break; labeled images count",
}


def edit(dataset: Dataset, part: Part) -> None:
    """Draw the goals or the limits, each with its form, and the menu that adds one."""
    for slot in wishes_of(dataset).slots(part):
        _edit_slot(dataset, part, slot)


def add_menu(dataset: Dataset, part: Part) -> None:
    """Draw the menu that adds a goal or a limit."""
    noun = NOUNS[part]
    with st.popover(noun.capitalize(), icon=":material/add:", help=MEANINGS[part], width="content"):
        for kind, form in FORMS[part].items():
            st.button(
                form.title,
                key=f"add-{kind}",
                on_click=_add,
                args=(dataset, part, kind),
                help=f"{form.meaning} `{kind}`",
                type="tertiary",
                width="stretch",
            )


def unfinished(dataset: Dataset) -> str | None:
    """Return which goal or limit does not say yet what it should, or None."""
    wishes = wishes_of(dataset)
    for part in FORMS:
        for slot in wishes.slots(part):
            if slot.record is None:
                return f"The {NOUNS[part]} “{FORMS[part][slot.kind].title}” is not complete: correct or remove it"
    return None


def _edit_slot(dataset: Dataset, part: Part, slot: Slot) -> None:
    form = FORMS[part][slot.kind]
    label = slot.record.words if slot.record else form.title
    line, removal = st.columns([7, 1], gap="xsmall", vertical_alignment="center")
    with line, st.popover(plain(label), help=form.meaning, width="stretch"):
        st.caption(form.meaning)
        record = _drawn(dataset, form, slot)
    removal.button(
        REMOVE,
        key=_key(dataset, slot, "remove"),
        type="tertiary",
        on_click=_remove,
        args=(dataset, part, slot.number),
        help=f"Remove this {NOUNS[part]}",
    )
    if record != slot.record:
        store_wishes(dataset, wishes_of(dataset).saying(part, slot.number, record))
        # The line above shows what it said before.
        rerun()


def _drawn(dataset: Dataset, form: Form, slot: Slot) -> Goal | Limit | None:
    try:
        return form.draw(Fields(dataset, _key(dataset, slot, "field"), slot.record))
    except InvalidInputError as error:
        show_error(str(error))
        return None


def _key(dataset: Dataset, slot: Slot, what: str) -> str:
    # By a number that no other slot gets: by position, removing one would hand its fields to the next.
    return key_of(what, dataset.id, str(slot.number))


def _add(dataset: Dataset, part: Part, kind: str) -> None:
    store_wishes(dataset, wishes_of(dataset).adding(part, kind))


def _remove(dataset: Dataset, part: Part, number: int) -> None:
    store_wishes(dataset, wishes_of(dataset).without(part, number))
