import threading
from typing import Any

from al_core.store import LocalDataset, Workspace


def in_threads(*work: Any) -> None:
    threads = [threading.Thread(target=call) for call in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_filename_has_one_row_whoever_adds_it(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    rows: list[int] = []

    def add(owner: LocalDataset) -> None:
        for number in range(10):
            rows.append(owner.samples.add(f"{number}.png", {}))

    in_threads(lambda: add(dataset), lambda: add(elsewhere))
    assert sorted(rows) == sorted([*range(6, 16)] * 2)
    assert dataset.samples.filenames(6) == [f"{number}.png" for number in range(10)]


def test_what_several_say_about_one_sample_is_all_stored(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    def say(owner: LocalDataset, key: str) -> None:
        owner.samples.change_attributes(0, "a.png", lambda attributes: {**attributes, key: key})

    calls = [
        lambda owner=owner, key=f"{number}": say(owner, key) for number, owner in enumerate([dataset, elsewhere] * 4)
    ]
    in_threads(*calls)
    assert dataset.samples.attributes(0) == {0: {f"{number}": f"{number}" for number in range(8)}}


def test_what_several_say_about_a_dataset_is_all_stored(
    workspace: Workspace, dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    def count(attributes: dict[str, Any]) -> dict[str, Any]:
        return {**attributes, "count": attributes.get("count", 0) + 1}

    in_threads(*(lambda owner=owner: owner.change_attributes(count) for owner in [dataset, elsewhere] * 4))
    dataset.set_attributes({"type": "Images"})
    assert workspace.dataset("line").attributes == {"count": 8, "type": "Images"}


def test_every_write_raises_the_revision(workspace: Workspace, dataset: LocalDataset) -> None:
    revisions = [workspace.dataset("line").revision]
    for change in (
        lambda: dataset.samples.add("new.png", {}),
        lambda: dataset.set_attributes({"type": "Images"}),
        lambda: dataset.grow("more"),
        lambda: dataset.delete_tag(dataset.tag("more")),
        lambda: dataset.rename("row"),
    ):
        change()
        revisions.append(workspace.dataset(dataset.id).revision)
    assert revisions == sorted(set(revisions))
