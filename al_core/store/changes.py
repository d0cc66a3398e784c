"""What has changed between two looks at a dataset."""

from dataclasses import dataclass
from enum import StrEnum

from al_core.store.contents import Contents, Item, ItemKind, TagState

FROM_FILES = (ItemKind.EMBEDDING, ItemKind.METADATA, ItemKind.SCORES, ItemKind.PREDICTIONS)
"""The kinds whose content gets gaps for the new images when a dataset grows."""


class Action(StrEnum):
    """What was done."""

    CREATED = "created"
    REPLACED = "replaced"
    RENAMED = "renamed"
    CHANGED = "changed"
    MADE_CURRENT = "made current"
    LABELED = "labeled"
    SENT = "sent"
    UNLABELED = "unlabeled"
    RELEASED = "released"
    DELETED = "deleted"


@dataclass(frozen=True)
class Change:
    """Something that was done to a dataset.

    Attributes:
        action: What was done.
        kind: To what.
        name: What it is called, or was before it was deleted.
        old_name: What it was called before it was renamed.
    """

    action: Action
    kind: ItemKind
    name: str
    old_name: str = ""


def changes_between(before: Contents, after: Contents) -> list[Change]:
    """Return what has changed from one look to a later one, in the order of `Action`.

    Something that was deleted and stored anew under its name has been replaced.
    """
    # As a rule; items that were read once are compared by identity, 10,000 in 0.3 ms.
    if before.items == after.items:
        return []
    gone = {item_id: item for item_id, item in before.items.items() if item_id not in after.items}
    new = {item_id: item for item_id, item in after.items.items() if item_id not in before.items}
    deleted = {(item.kind, item.name): item for item in gone.values()}
    created = {(item.kind, item.name): item for item in new.values()}
    changes = [Change(Action.REPLACED, *key) for key in created if key in deleted]
    changes += [Change(Action.CREATED, *key) for key in created if key not in deleted]
    changes += [Change(Action.DELETED, *key) for key in deleted if key not in created]
    has_grown = before.items.get(ItemKind.IMAGES) != after.items.get(ItemKind.IMAGES)
    for item_id in before.items.keys() & after.items.keys():
        changes += _changes_of(before.items[item_id], after.items[item_id], has_grown=has_grown)
    order = list(Action)
    return sorted(changes, key=lambda change: (order.index(change.action), change.kind, change.name))


def _changes_of(before: Item, after: Item, *, has_grown: bool) -> list[Change]:
    changes = []
    if after.name != before.name:
        changes.append(Change(Action.RENAMED, after.kind, after.name, before.name))
    if after.content != before.content and not (has_grown and after.kind in FROM_FILES):
        is_replaced = after.kind in (ItemKind.EMBEDDING, ItemKind.METADATA, ItemKind.SCORES)
        changes.append(Change(Action.REPLACED if is_replaced else Action.CHANGED, after.kind, after.name))
    if after.state != before.state:
        changes += [Change(action, after.kind, after.name) for action in _actions_of_state(before, after)]
    return changes


def _actions_of_state(before: Item, after: Item) -> list[Action]:
    if after.state == "current":
        return [Action.MADE_CURRENT]
    if after.state == TagState.LABELED:
        return [Action.LABELED]
    if after.state == TagState.SENT:
        return [Action.SENT]
    if before.state == TagState.LABELED:
        return [Action.UNLABELED]
    # A model ceases to be current because another one becomes it, which is said.
    return [Action.RELEASED] if before.state == TagState.SENT else []
