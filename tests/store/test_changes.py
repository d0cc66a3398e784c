from al_core.store.changes import Action, Change, changes_between
from al_core.store.contents import Contents, Item, ItemKind, TagState

IMAGES = Item(ItemKind.IMAGES, "images", "", "2")
MODEL = Item(ItemKind.PREDICTIONS, "m1", "yolo", "digest", "current")
TAG = Item(ItemKind.TAG, "t1", "batch")


def holding(*items: Item) -> Contents:
    return Contents(1, {item.id: item for item in items})


def test_equal_contents_have_no_changes() -> None:
    assert changes_between(holding(TAG, MODEL), holding(MODEL, TAG)) == []


def test_what_is_new_was_created_and_what_is_gone_was_deleted() -> None:
    assert changes_between(holding(TAG), holding(MODEL)) == [
        Change(Action.CREATED, ItemKind.PREDICTIONS, "yolo"),
        Change(Action.DELETED, ItemKind.TAG, "batch"),
    ]


def test_what_has_the_name_of_what_is_gone_replaces_it() -> None:
    another = Item(ItemKind.PREDICTIONS, "m2", "yolo", "other digest", "current")
    assert changes_between(holding(MODEL), holding(another)) == [Change(Action.REPLACED, ItemKind.PREDICTIONS, "yolo")]


def test_a_new_name_is_no_new_tag() -> None:
    renamed = Item(ItemKind.TAG, "t1", "batch-2")
    assert changes_between(holding(TAG), holding(renamed)) == [Change(Action.RENAMED, ItemKind.TAG, "batch-2", "batch")]


def test_a_tag_is_marked_sent_and_taken_back() -> None:
    states = {state: holding(Item(ItemKind.TAG, "t1", "batch", state=state)) for state in TagState}

    def action(before: TagState, after: TagState) -> Action:
        return changes_between(states[before], states[after])[0].action

    assert action(TagState.NEITHER, TagState.LABELED) is Action.LABELED
    assert action(TagState.NEITHER, TagState.SENT) is Action.SENT
    assert action(TagState.SENT, TagState.NEITHER) is Action.RELEASED
    assert action(TagState.LABELED, TagState.NEITHER) is Action.UNLABELED


def test_a_model_that_ceases_to_be_current_is_not_told_apart_from_the_one_in_its_place() -> None:
    earlier = Item(ItemKind.PREDICTIONS, "m1", "yolo", "digest", "")
    newer = Item(ItemKind.PREDICTIONS, "m2", "yolo-2", "another", "current")
    assert changes_between(holding(MODEL), holding(earlier, newer)) == [
        Change(Action.CREATED, ItemKind.PREDICTIONS, "yolo-2")
    ]
    assert changes_between(holding(earlier), holding(MODEL)) == [
        Change(Action.MADE_CURRENT, ItemKind.PREDICTIONS, "yolo")
    ]


def test_other_content_replaces_an_embedding_but_gaps_for_new_images_do_not() -> None:
    before = Item(ItemKind.EMBEDDING, "embedding clip", "clip", "digest")
    after = Item(ItemKind.EMBEDDING, "embedding clip", "clip", "other digest")
    assert changes_between(holding(IMAGES, before), holding(IMAGES, after)) == [
        Change(Action.REPLACED, ItemKind.EMBEDDING, "clip")
    ]
    more_images = Item(ItemKind.IMAGES, "images", "", "3")
    assert changes_between(holding(IMAGES, before), holding(more_images, after)) == [
        Change(Action.CHANGED, ItemKind.IMAGES, "")
    ]
