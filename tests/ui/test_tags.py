from al_core.store import Provenance, Tag, TagSummary
from ui.tags.tree import tree


def tag(name: str, parent: str | None) -> TagSummary:
    whole = Tag(name, "dataset", name, b"\x01", 1, 1, parent, None, None, Provenance(), 0)
    return TagSummary.of(whole)


def branches(newest_first: list[TagSummary]) -> list[tuple[str, int]]:
    return [(branch.tag.name, branch.depth) for branch in tree(newest_first)]


def test_tags_are_below_their_parents_older_ones_first() -> None:
    tags = [tag("c", "a"), tag("b", "root"), tag("a", "root"), tag("root", None)]
    assert branches(tags) == [("root", 0), ("a", 1), ("c", 2), ("b", 1)]


def test_a_tag_whose_parent_is_gone_hangs_below_the_root_with_its_children() -> None:
    tags = [tag("child", "orphan"), tag("orphan", "deleted"), tag("other", "root"), tag("root", None)]
    assert branches(tags) == [("root", 0), ("other", 1), ("orphan", 1), ("child", 2)]
