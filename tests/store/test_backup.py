import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, FileFormatError, NotAllowedError, WorkspaceError
from al_core.store import Kind, LocalDataset, TagOrigin, Workspace
from al_core.store.backup import restore_backup
from tests.patience import PATIENCE
from tests.store.contents import remove_content
from tests.unmeasured import unmeasured_environment


@pytest.fixture
def filled(workspace: Workspace, dataset: LocalDataset) -> LocalDataset:
    """A dataset with a bit of everything."""
    dataset.arrays.save(Kind.SCORE, {"mine": np.linspace(0, 1, 6)})
    dataset.create_tag("picked", np.array([1, 4]), TagOrigin(order=np.array([4, 1])))
    dataset.samples.add("later.png", {"size": 1})
    (dataset.uploads_dir / "sub").mkdir(parents=True)
    (dataset.uploads_dir / "sub" / "a.png").write_bytes(b"image")
    dataset.set_images_dir(dataset.uploads_dir)
    workspace.create_dataset("empty")
    workspace.tokens.create("ci")
    return dataset


@pytest.fixture
def file(workspace: Workspace, filled: LocalDataset, tmp_path: Path) -> Path:
    workspace.back_up(tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


@pytest.fixture
def restored(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    assert restore_backup(file, tmp_path / "copy", None) == []
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "copy") as copy:
        yield copy


def test_a_restored_workspace_holds_the_same(workspace: Workspace, filled: LocalDataset, restored: Workspace) -> None:
    assert [dataset.name for dataset in restored.datasets()] == ["empty", "line"]
    copy = restored.dataset("line")
    assert copy.filenames() == filled.filenames()
    assert copy.tags() == filled.tags()
    assert copy.arrays.every() == filled.arrays.every()
    for stored in copy.arrays.every():
        assert np.array_equal(copy.arrays.read(stored), filled.arrays.read(stored))
    assert copy.samples.filenames(6) == ["later.png"]
    assert [token.name for token in restored.tokens.all()] == ["ci"]
    assert list(restored.doctor.examine()) == []
    assert (restored.home / "workspace.json").read_bytes() == (workspace.home / "workspace.json").read_bytes()


def test_images_that_clients_sent_are_shown_from_the_new_home(restored: Workspace) -> None:
    copy = restored.dataset("line")
    assert copy.images_dir == restored.home / "datasets" / copy.id / "images"
    assert (copy.images_dir / "sub" / "a.png").read_bytes() == b"image"


def test_a_restored_workspace_goes_on(restored: Workspace) -> None:
    copy = restored.dataset("line")
    copy.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    copy.create_tag("next", np.array([0]), TagOrigin(parent=copy.tag("picked")))
    assert copy.grow("grown").size == 1


def test_what_was_deleted_is_not_in_it(
    workspace: Workspace, filled: LocalDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [stored] = filled.arrays.all(Kind.SCORE)
    filled.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    workspace.create_dataset("secret", ["hidden-name.png"])
    workspace.delete_dataset("secret")
    workspace.back_up(tmp_path / "backup.tar")
    content = (tmp_path / "backup.tar").read_bytes()
    assert stored.id.encode() not in content
    assert b"hidden-name" not in content
    assert b"secret" not in content


def test_a_backup_is_readable_by_its_owner_alone_and_replaces_no_file(workspace: Workspace, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(AlreadyExistsError, match="already exists; choose another name"):
        workspace.back_up(file)


WRITE_UNTIL_KILLED = """
import sys
import numpy as np
from al_core.store import Kind, Workspace

dataset = Workspace(sys.argv[1]).dataset("line")
for number in range(10**9):
    # Both scores are of one write, and the tag is of the one before.
    dataset.arrays.save(Kind.SCORE, {"first": np.full(6, number), "second": np.full(6, number)})
    dataset.create_tag(f"tag {number}", np.array([0]))
    if number == 0:
        print("writes", flush=True)
"""


def test_a_backup_while_another_process_writes_is_of_one_moment(
    workspace: Workspace, dataset: LocalDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(workspace.home)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout
        assert writer.stdout.readline() == "writes\n"
        paths = [tmp_path / f"{number}.tar" for number in range(5)]
        for path in paths:
            assert workspace.back_up(path) == []
    finally:
        writer.kill()
        writer.communicate()
    n_tags = []
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    for path in paths:
        assert restore_backup(path, tmp_path / path.stem, None) == []
        with Workspace(tmp_path / path.stem) as copy:
            copied = copy.dataset("line")
            first, second = (copied.arrays.read(stored)[0] for stored in copied.arrays.all(Kind.SCORE))
            n_written = sum(tag.name.startswith("tag ") for tag in copied.tags())
            assert first == second
            assert n_written in (first, first + 1)
            n_tags.append(n_written)
    assert n_tags == sorted(n_tags)


def test_an_array_that_is_replaced_meanwhile_is_as_it_was(
    workspace: Workspace, filled: LocalDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(done: int, _total: int) -> None:
        if done == 1:
            filled.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})

    workspace.back_up(tmp_path / "backup.tar", progress=replace)
    assert restore_backup(tmp_path / "backup.tar", tmp_path / "copy", None) == []
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "copy") as copy:
        copied = copy.dataset("line")
        assert copied.arrays.read(copied.arrays.get(Kind.SCORE, "mine")).tolist() == np.linspace(0, 1, 6).tolist()


def test_without_retention_the_loss_is_a_sentence_and_no_file(
    workspace: Workspace, filled: LocalDataset, tmp_path: Path
) -> None:
    def replace(done: int, _total: int) -> None:
        if done == 1:
            filled.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
            workspace.tombstones.remove_expired(is_due=True)

    workspace.tombstones._retention = 0
    with pytest.raises(WorkspaceError, match="set AL_CORE_RETENTION_HOURS to more than a backup takes"):
        workspace.back_up(tmp_path / "new" / "backup.tar", progress=replace)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_damaged_workspace_is_saved_as_far_as_it_goes(
    workspace: Workspace, filled: LocalDataset, tmp_path: Path
) -> None:
    [stored] = filled.arrays.all(Kind.SCORE)
    remove_content(filled, stored)
    assert workspace.back_up(tmp_path / "backup.tar") == [f"datasets/{filled.id}/score/{stored.id}.npy"]
    [fault] = restore_backup(tmp_path / "backup.tar", tmp_path / "copy", None)
    assert (fault.kind, fault.name, fault.problem) == ("score", "mine", "is missing")


def kill_at_bytes(n_bytes: int) -> str:
    return f"""
import os, signal, sys
from pathlib import Path
from al_core.store import Workspace, archive

class Killing(archive._Digested):
    n_read = 0

    def read(self, size=-1):
        block = super().read(size)
        Killing.n_read += len(block)
        if Killing.n_read > {n_bytes}:
            os.kill(os.getpid(), signal.SIGKILL)
        return block

archive._Digested = Killing
if sys.argv[1] == "backup":
    Workspace(sys.argv[2]).back_up(Path(sys.argv[3]))
else:
    from al_core.store.backup import restore_backup
    restore_backup(Path(sys.argv[2]), Path(sys.argv[3]), None)
"""


@pytest.mark.parametrize("n_bytes", [0, 1_000, 50_000])
def test_a_backup_that_is_killed_leaves_no_file_of_its_name(
    workspace: Workspace, filled: LocalDataset, tmp_path: Path, n_bytes: int
) -> None:
    path = tmp_path / "new" / "backup.tar"
    command = [sys.executable, "-c", kill_at_bytes(n_bytes), "backup", str(workspace.home), str(path)]
    assert subprocess.run(command, check=False, timeout=PATIENCE).returncode == -9
    assert not path.exists()
    workspace.back_up(path)
    assert restore_backup(path, tmp_path / "copy", None) == []


@pytest.mark.parametrize("n_bytes", [0, 1_000, 50_000])
def test_a_restore_that_is_killed_leaves_a_home_that_another_one_fills(
    file: Path, tmp_path: Path, n_bytes: int
) -> None:
    home = tmp_path / "copy"
    command = [sys.executable, "-c", kill_at_bytes(n_bytes), "restore", str(file), str(home)]
    assert subprocess.run(command, check=False, timeout=PATIENCE).returncode == -9
    assert not (home / "datasets").exists()
    assert restore_backup(file, home, None) == []
    assert not (home / "restoring.tmp").exists()


BACK_UP_WITH_LITTLE_SPACE = """
import resource, sys
from al_core.commands.main import main

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
sys.exit(main(["backup", sys.argv[2], "--workspace", sys.argv[1]]))
"""


@pytest.mark.parametrize("n_bytes", [10_000, 200_000])
def test_a_full_disk_is_a_sentence_and_no_file(
    workspace: Workspace, filled: LocalDataset, tmp_path: Path, n_bytes: int
) -> None:
    filled.arrays.save(Kind.EMBEDDING, {"large": np.zeros((6, 20_000), np.float32)})
    folder = tmp_path / "new"
    folder.mkdir()
    command = [sys.executable, "-c", BACK_UP_WITH_LITTLE_SPACE, str(workspace.home), str(folder / "b.tar")]
    # Measuring coverage writes a file too, when the process ends.
    done = subprocess.run(
        [*command, str(n_bytes)],
        env=unmeasured_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("al-core backup: ")
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


def test_nothing_is_restored_over_what_is_there(file: Path, workspace: Workspace, tmp_path: Path) -> None:
    before = sorted(workspace.home.rglob("*"))
    with pytest.raises(NotAllowedError, match="is not empty"):
        restore_backup(file, workspace.home, None)
    assert sorted(workspace.home.rglob("*")) == before
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").touch()
    with pytest.raises(NotAllowedError, match=r"is not empty .it holds 'a.png'"):
        restore_backup(file, tmp_path / "photos", None)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.png"]


def flipped(content: bytes) -> bytes:
    # In the middle of the array of the score, which is linear and so nowhere else.
    place = content.index(np.linspace(0, 1, 6).tobytes())
    return content[:place] + b"\1" + content[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (flipped, "has changed since it was written: its digest is another"),
        (lambda content: content[: len(content) // 2], "is damaged or no backup of al_core|is cut off"),
        (lambda content: content[: len(content) // 2 // 512 * 512], "is damaged or no backup of al_core|is cut off"),
        (lambda content: b"", "is damaged or no backup of al_core|is not a backup of al_core"),
        (lambda content: b"text" * 1000, "is damaged or no backup of al_core"),
    ],
    ids=["changed", "cut", "cut at a block", "empty", "text"],
)
def test_a_damaged_backup_is_a_sentence_and_leaves_an_empty_home(
    file: Path, tmp_path: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(FileFormatError, match=sentence):
        restore_backup(file, tmp_path / "copy", None)
    assert [path.name for path in (tmp_path / "copy").iterdir()] in ([], ["catalog.lock"])
