"""What others have changed, in one line."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from al_core.store.changes import Action, Change
from al_core.store.contents import ItemKind
from al_core.store.watch import Report
from al_core.text import counted, day
from ui.messages import one_line

MOST_NAMES = 3
"""How many names of one kind are told; beyond that, how many there are."""
MOST_PHRASES = 3

NOUNS = {
    ItemKind.DATASET: ("dataset", "datasets"),
    ItemKind.TAG: ("tag", "tags"),
    ItemKind.SELECTION: ("selection", "selections"),
    ItemKind.PREDICTIONS: ("predictions", "predictions"),
    ItemKind.SCORES: ("scores", "scores"),
    ItemKind.LABELS: ("labels", "labels"),
    ItemKind.EMBEDDING: ("embedding", "embeddings"),
    ItemKind.METADATA: ("metadata", "metadata"),
}
PHRASES = {
    Action.CREATED: "stored {}",
    Action.REPLACED: "replaced {}",
    Action.RENAMED: "renamed {}",
    Action.CHANGED: "changed {}",
    Action.MADE_CURRENT: "made {} current",
    Action.LABELED: "marked {} as labeled",
    Action.SENT: "handed {} to labelers",
    Action.UNLABELED: "marked {} as not labeled",
    Action.RELEASED: "took {} back from labelers",
    Action.DELETED: "deleted {}",
}
PHRASES_WITHOUT_NAME = {
    ItemKind.IMAGES: "added images",
    ItemKind.IMAGES_PLACE: "said anew where the images are",
    ItemKind.ROUND_PLAN: "changed the plan of the rounds",
}


def in_words(report: Report) -> str:
    """Return what others have changed as one sentence; empty if that is nothing."""
    since = time_of_day(report.since)
    if report.is_deleted:
        return (
            f"The dataset “{one_line(report.dataset_name)}” was deleted after {since}, not by you. Reload to bring it "
            "back or to open another one."
        )
    if not report.changes:
        return ""
    return f"Since {since} others {_listed(_phrases(report.changes))}."


def time_of_day(milliseconds: int) -> str:
    """Return the local minute of a time in milliseconds since 1970, with its day unless that is today."""
    then = datetime.fromtimestamp(milliseconds / 1000)
    minute = f"{then:%H:%M}"
    return minute if then.date() == datetime.now().date() else f"{day(milliseconds)}, {minute}"


def _phrases(changes: Iterable[Change]) -> list[str]:
    groups: defaultdict[tuple[Action, ItemKind], list[Change]] = defaultdict(list)
    for change in changes:
        groups[change.action, change.kind].append(change)
    phrases = [_phrase(action, kind, group) for (action, kind), group in groups.items()]
    if len(phrases) <= MOST_PHRASES:
        return phrases
    return [*phrases[:MOST_PHRASES], f"made {counted(len(phrases) - MOST_PHRASES, 'change')} more"]


def _phrase(action: Action, kind: ItemKind, changes: list[Change]) -> str:
    if kind in PHRASES_WITHOUT_NAME:
        return PHRASES_WITHOUT_NAME[kind]
    one, several = NOUNS[kind]
    if len(changes) > MOST_NAMES:
        return PHRASES[action].format(f"{len(changes):,} {several}")
    noun = one if len(changes) == 1 else several
    return PHRASES[action].format(f"the {noun} {_listed([_named(change) for change in changes])}")


def _named(change: Change) -> str:
    # A name may hold braces, but it is put into a phrase, not read as one.
    name = f"“{one_line(change.name)}”"
    return f"“{one_line(change.old_name)}” to {name}" if change.old_name else name


def _listed(parts: list[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
