import numpy as np

from al_core.store import Kind, LocalDataset, TagRole, Workspace
from al_core.store.contents import Contents, Item, ItemKind, TagState, read_contents
from al_core.store.engines import reading
from al_core.store.models import NewModel

OLD = Item(ItemKind.TAG, "t1", "batch")
NEW = Item(ItemKind.TAG, "t1", "batch-2")
OTHER = Item(ItemKind.TAG, "t2", "other")


def read(dataset: LocalDataset) -> Contents:
    with reading(dataset._engine) as connection:
        contents = read_contents(connection, dataset.id)
    assert contents is not None
    return contents


def holding(*items: Item) -> Contents:
    return Contents(1, {item.id: item for item in items})


def test_what_people_store_is_an_item_and_what_is_worked_out_is_none(dataset: LocalDataset) -> None:
    dataset.models.store(NewModel("yolo", {"loss": np.linspace(0, 1, dataset.n_samples)}, task="classification"))
    dataset.arrays.save(Kind.METADATA, {"angle": np.zeros(dataset.n_samples)})
    before = read(dataset)
    dataset.arrays.save(Kind.PROJECTION, {"map": np.zeros((dataset.n_samples, 2))})
    assert read(dataset).items == before.items
    named = {(item.kind, item.name) for item in before.items.values() if item.name}
    assert named >= {(ItemKind.DATASET, "line"), (ItemKind.PREDICTIONS, "yolo"), (ItemKind.METADATA, "angle")}
    # The score belongs to the model.
    assert ItemKind.SCORES not in {item.kind for item in before.items.values()}
    assert before.dataset_name == "line"


def test_a_tag_is_labeled_or_sent_or_neither(dataset: LocalDataset) -> None:
    tag = dataset.create_tag("batch", np.array([0]))

    def state() -> str:
        return read(dataset).items[tag.id].state

    assert state() == TagState.NEITHER
    dataset.mark_sent(tag)
    assert state() == TagState.SENT
    dataset.release(tag)
    assert state() == TagState.NEITHER
    dataset.set_tag_role(tag, TagRole.LABELED)
    assert state() == TagState.LABELED


def test_a_deleted_dataset_has_no_contents(workspace: Workspace, dataset: LocalDataset) -> None:
    workspace.delete_dataset("line")
    with reading(dataset._engine) as connection:
        assert read_contents(connection, dataset.id) is None


def test_a_change_elsewhere_is_made_to_earlier_contents() -> None:
    assert holding(OTHER).after(holding(), holding(OLD)).items == holding(OTHER, OLD).items
    assert holding(OTHER, OLD).after(holding(OLD), holding(NEW)).items == holding(OTHER, NEW).items
    assert holding(OTHER, OLD).after(holding(OLD), holding()).items == holding(OTHER).items


def test_what_a_change_leaves_alone_stays_as_it_was() -> None:
    # The other tag was there before and after: what has become of it is not this change's.
    assert holding().after(holding(OTHER), holding(OTHER, OLD)).items == holding(OLD).items
