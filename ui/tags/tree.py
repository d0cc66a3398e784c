"""The table of tags, each below the one it was made from."""

from dataclasses import dataclass

from al_core.store import INITIAL_TAG, Dataset, Tag, TagSummary
from al_core.text import moment
from ui.row_table import Choice, Column, Line, row_table

TABLE = "tag-table"
COLUMNS = (
    Column("Tag"),
    Column("Role", "What the tag stands for"),
    Column("Images", is_number=True),
    Column("Share", "Of all images", is_share=True),
    Column("Made", "When"),
    Column("Made by", "The method of a selection, or what was done"),
)


@dataclass(frozen=True)
class Branch:
    """A tag and how many tags are above it."""

    tag: TagSummary
    depth: int


def tree(tags: list[TagSummary]) -> list[Branch]:
    """Return the tags in the order of the table, each below its parent, older ones first.

    A tag whose parent is gone hangs below the first root: two people may delete and select at the same moment.
    """
    ids = {tag.id for tag in tags}
    oldest_first = list(reversed(tags))
    roots = [tag for tag in oldest_first if tag.parent_id is None] or oldest_first[:1]
    children: dict[str, list[TagSummary]] = {}
    for tag in oldest_first:
        if tag not in roots:
            parent = tag.parent_id if tag.parent_id in ids else roots[0].id
            children.setdefault(str(parent), []).append(tag)
    branches = []
    pending = [Branch(tag, 0) for tag in reversed(roots)]
    while pending:
        branch = pending.pop()
        branches.append(branch)
        # What is put on last comes next: the children of a tag before its siblings, the oldest child first.
        pending += [Branch(child, branch.depth + 1) for child in reversed(children.get(branch.tag.id, []))]
    return branches


def show_tree(tags: list[TagSummary]) -> list[TagSummary]:
    """Draw the table and return the tags that are ticked, otherwise the newest one."""
    branches = tree(tags)
    lines = [Line(branch.tag.id, _cells(branch.tag), branch.depth) for branch in branches]
    ticked = row_table("Tags", COLUMNS, lines, key=TABLE, choice=Choice.SEVERAL)
    return [branches[place].tag for place in ticked] or tags[:1]


def chosen_tags(dataset: Dataset, summaries: list[TagSummary]) -> list[Tag]:
    """Return the tags of the selected rows with their samples; the root if somebody has deleted them since."""
    tags = {tag.id: tag for tag in dataset.tags_by_id([summary.id for summary in summaries])}
    chosen = [tags[summary.id] for summary in summaries if summary.id in tags]
    return chosen or [dataset.tag(INITIAL_TAG)]


def _cells(tag: TagSummary) -> list[str | float]:
    share = 100 * tag.size / tag.n_samples
    return [tag.name, str(tag.role), f"{tag.size:,}", share, moment(tag.created_at), made_by(tag)]


def made_by(tag: TagSummary) -> str:
    """Return how a tag came about."""
    if tag.method:
        return tag.method
    if tag.operation:
        return " of ".join(filter(None, [tag.operation, ", ".join(tag.sources)]))
    return "all images" if tag.name == INITIAL_TAG else "filenames"
