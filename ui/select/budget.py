"""What the new images may cost: a total in money, minutes or objects, and the prices."""

from dataclasses import replace

import streamlit as st

from al_core import workflow
from al_core.config import Budget
from al_core.config.budget import UNITS
from al_core.exceptions import InvalidInputError
from al_core.store import Dataset
from al_core.text import capitalized
from ui.messages import plain, show_error
from ui.reruns import rerun
from ui.select.fields import Fields
from ui.select.wishes import store_wishes, wishes_of
from ui.session import key_of

NO_BUDGET = "none"
LABELS = {
    NO_BUDGET: "no budget",
    "money": "money",
    "minutes": "minutes of labeling",
    "objects": "objects to label",
    "samples": "images",
}
PRICED = ("money", "minutes")


def budget_menu(dataset: Dataset) -> None:
    """Draw the budget with its prices, which begin with those of the Rounds page."""
    wishes = wishes_of(dataset)
    label = capitalized(wishes.budget.words) if wishes.budget else "Budget"
    icon = ":material/payments:" if wishes.budget else ":material/add:"
    hint = "What the new images may cost together: picks are worth their price"
    with st.popover(plain(label), icon=icon, help=hint, width="content"):
        try:
            budget, is_alone = _fields(dataset)
        except InvalidInputError as error:
            show_error(str(error))
            return
    if (budget, is_alone) != (wishes.budget, wishes.is_budget_alone):
        store_wishes(dataset, replace(wishes, budget=budget, is_budget_alone=is_alone))
        # The line above shows what it said before.
        rerun()


def _fields(dataset: Dataset) -> tuple[Budget | None, bool]:
    wishes = wishes_of(dataset)
    fields = Fields(dataset, key_of("budget", dataset.id), wishes.budget)
    unit = fields.choice("Counted in", "unit", LABELS, fields.said("unit", NO_BUDGET), hint="`unit` in Python")
    if unit == NO_BUDGET or unit not in UNITS:
        return None, False
    total = fields.number("At most", "total", fields.said("total", 100.0), min_value=0.0, hint="`total`")
    is_alone = st.toggle(
        "As many as it pays for",
        key=fields.flag("alone", wishes.is_budget_alone),
        help="Goes on until the budget is used up, however many images that are: `n_samples=-1`",
    )
    if unit not in PRICED:
        return Budget(float(total), "objects" if unit == "objects" else "samples"), is_alone
    plan = workflow.round_plan(dataset)
    is_money = unit == "money"
    per_image = plan.price_per_image if is_money else 0.5
    per_object = plan.price_per_object if is_money else 0.0
    left, middle, right = st.columns(3)
    with left:
        per_image = fields.number(
            "Per image", "per-image", fields.said("per_image", per_image), min_value=0.0, hint="`per_image`"
        )
    with middle:
        hint = "Of the boxes, masks or keypoints that the model predicts: `per_object`"
        per_object = fields.number(
            "Per object", "per-object", fields.said("per_object", per_object), min_value=0.0, hint=hint
        )
    with right:
        currency = fields.text("Currency", "currency", fields.said("currency", "") or plan.currency, hint="A sign")
    if not per_image + per_object:
        raise InvalidInputError("Say what an image or an object costs")
    budget = Budget(float(total), "minutes", per_image=float(per_image), per_object=float(per_object))
    if is_money:
        budget = replace(budget, unit="money", currency=currency)
    return budget, is_alone
