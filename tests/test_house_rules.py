"""The rules of docs/architecture.md that can be read off the source."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.import_graph import ROOT, circles, floor_of, import_graph, imported, importers, tracked, upward_imports

PURE = (
    "al_core/scorers/",
    "al_core/selection/",
    "al_core/geometry/",
    "al_core/projection/",
    "al_core/explore/",
    "al_core/embedding_map/",
    "al_core/evaluation/",
)
HEAVY = {"numba", "umap", "faiss", "sqlalchemy", "fastapi", "streamlit", "sklearn", "pandas", "pyarrow", "PIL", "dask"}
MAY_IMPORT_STREAMLIT = ("app.py", "ui/", "pages/", "tests/", "benchmarks/")


FLOORS = (
    "al_core.exceptions al_core.types al_core.text al_core.disk",
    "al_core.geometry al_core.config al_core.utils al_core.jobs al_core.explore al_core.objects al_core.drawing",
    "al_core.projection al_core.scorers al_core.selection al_core.formats al_core.embedding_map",
    "al_core.evaluation al_core.embedding",
    "al_core.store",
    "al_core.cluster",
    "al_core.agents al_core.steps",
    "al_core.workflow al_core.wire",
    "al_core.remote al_core.api al_core.demos al_core.notebook",
    "al_core.commands ui",
    "pages app",
)
"""The rooms from the ground up. A room imports from the floors below it, never from its own floor or from above."""

FLOORS_OF_FORMATS = (
    "files",
    "tables",
    "join names",
    "embeddings predictions metadata",
    "labels",
    "exports",
    "training",
    "readers",
    "prediction_files",
    "worker",
)
"""The same inside `al_core.formats`."""

UNMIRRORED = {
    "al_core/exceptions.py": "declarations",
    "al_core/types.py": "declarations",
    "al_core/config/sampler_config.py": "another name of SelectionConfig",
    "al_core/utils/detection_checks.py": "tests/utils/test_object_detection_output.py refuses each",
    "al_core/config/numbers.py": "tests/config/test_selection_config.py, test_goals.py and test_limits.py refuse each",
    "al_core/config/plain_record.py": "tests/config/test_goals.py and test_limits.py read and write every kind",
    "al_core/geometry/lanes.py": "a constant",
    "al_core/selection/greedy.py": "tests/selection/test_limits.py compares it with plain greedy",
    "al_core/selection/limited.py": "tests/selection/test_limits.py compares it with plain greedy",
    "al_core/scorers/score.py": "a record",
    "al_core/scorers/probability_matrix.py": "tests/scorers/test_classification.py refuses each shape",
    "al_core/cluster/calls.py": "tests/cluster/test_select.py asks each of shards",
    "al_core/cluster/cluster.py": "an interface; tests/cluster/test_select.py and test_dask_cluster.py",
    "al_core/cluster/collected_scores.py": "tests/steps/test_probabilities.py collects those of every kind of array",
    "al_core/cluster/in_process.py": "tests/cluster/test_select.py",
    "al_core/cluster/neighbor_work.py": "tests/cluster/test_neighbors.py compares each with one machine",
    "al_core/cluster/plugin.py": "tests/cluster/test_dask_cluster.py starts workers of another version",
    "al_core/cluster/worker_tasks.py": "tests/cluster/test_dask_cluster.py asks real workers",
    "al_core/cluster/refusals.py": "tests/cluster/test_select.py refuses each",
    "al_core/cluster/sharded_*.py": "tests/cluster/test_select.py compares shards with one machine",
    "al_core/formats/embeddings/registry.py": "declarations; tests/formats/test_readers.py goes through them",
    "al_core/formats/predictions/registry.py": "declarations; tests/formats/test_readers.py goes through them",
    "al_core/steps/tasks/task.py": "an interface; tests/steps/tasks/test_toy_task.py fulfills it",
    "al_core/commands/create.py": "tests/commands/test_loop.py runs all commands of the loop",
    "al_core/commands/datasets.py": "tests/commands/test_loop.py",
    "al_core/commands/export.py": "tests/commands/test_loop.py",
    "al_core/commands/shell.py": "tests/commands/test_loop.py",
    "al_core/commands/tag.py": "tests/commands/test_loop.py",
    "al_core/jobs/job.py": "jobs run in tests/jobs/test_jobs.py",
    "al_core/api/api_workflow_client.py": "tests/api/test_clients.py runs both clients",
    "al_core/api/workflow_client.py": "tests/api/test_clients.py runs both clients",
    "al_core/api/tag_data.py": "tests/api/test_clients.py runs both clients",
    "al_core/api/schemas/*": "records; the tests of the routes send and receive them",
    "al_core/api/server/addresses.py": "tests/api/server/test_images.py uses each address",
    "al_core/api/server/bodies.py": "tests/api/server/test_errors.py and test_hostile_values.py send the bodies",
    "al_core/api/server/caller.py": "tests/api/server/guards/test_identity.py",
    "al_core/api/server/context.py": "every test of a route",
    "al_core/api/server/guards/guard.py": "an interface; the tests of each guard",
    "al_core/api/server/image_response.py": "tests/api/server/test_images.py",
    "al_core/api/server/sample_attributes.py": "tests/api/server/test_samples.py",
    "al_core/api/server/signed_files.py": "tests/api/server/test_signer.py",
    "al_core/api/server/versions.py": "three constants of the protocol",
    "al_core/store/datasets.py": "an interface; tests/test_workflow.py and tests/remote/test_workspace.py",
    "al_core/store/kinds.py": "declarations",
    "al_core/store/storage.py": "an interface; the store's tests run with arrays in files and in a bucket",
    "al_core/store/server.py": "an interface; tests/remote/test_dataset.py works with a real server",
    "al_core/store/folder_storage.py": "the store's tests run with arrays in files",
    "al_core/store/new_datasets.py": "tests/store/test_workspace.py makes and refuses datasets",
    "al_core/store/new_filenames.py": "tests/store/test_counting_in.py runs with files and with a bucket",
    "al_core/steps/label_judges.py": "tests/steps/test_label_errors.py lets models judge labels",
    "al_core/steps/class_label_errors.py": "tests/steps/test_label_errors.py looks for errors of classes",
    "al_core/steps/box_label_errors.py": "tests/steps/test_label_errors.py looks for errors of boxes",
    "al_core/steps/label_error_search.py": "tests/steps/test_label_errors.py searches for them",
    "al_core/demos/scene_demo.py": "tests/demos/test_scenes.py builds each demo of it",
    "al_core/remote/server.py": "tests/remote/test_dataset.py asks a real server for each",
    "al_core/workflow/*": "a few lines each over al_core.steps; tests/test_workflow.py and the tests of the steps",
    "al_core/wire/connection.py": "tests/remote runs it against a server",
    "al_core/wire/image_upload.py": "tests/commands/test_embed.py runs it against a server",
    "al_core/wire/selection_job.py": "tests/remote runs it against a server",
}
"""Modules of al_core without a test file at the same place under tests/, each with the reason; `*` is a folder."""

BRITISH = re.compile(
    r"""colour|flavour|behaviour|neighbour|favour|honou?red|\blabell|modell(ed|ing)|travell(ed|ing)|cancell(ing|er)
    |\bgrey|\bcentre|\bmetres?\b|licence|catalogue|dialogue|analogue|artefact|judgement|defence|fulfil\b|whilst|amongst
    |\b\w*(recogn|initial|normal|optim|organ|summar|serial|visual|minim|maxim|custom|standard|categor|general|special
    |synchron|real|emphas|memor|token|quant|vector|parallel|random|penal|capital|util)is(e[drs]?|ing|ations?)\b
    |\banalys(e[drs]?|ing)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Spellings of British English; the repository is written in American English."""


def test_imports_inside_functions_are_seen() -> None:
    source = "import a.b as c\nfrom . import d\ndef f():\n    from e.f import g\n"
    assert imported(source) == {"a.b", "e.f.g"}


def test_only_the_dashboard_imports_streamlit() -> None:
    files = [name for name in tracked("*.py") if not name.startswith(MAY_IMPORT_STREAMLIT)]
    assert importers("streamlit", files) == []


@pytest.mark.parametrize("module", ["sqlalchemy", "fastapi", "requests", "streamlit", "dask", "distributed"])
def test_the_pure_part_imports_no_database_network_or_dashboard(module: str) -> None:
    files = [name for name in tracked("*.py") if name.startswith(PURE)]
    assert files
    assert importers(module, files) == []


def test_every_module_has_its_floor() -> None:
    modules = set(import_graph()) - {"al_core", "al_core.__main__"}
    assert [module for module in sorted(modules) if floor_of(module, FLOORS) is None] == []


def test_no_import_runs_back_up() -> None:
    assert upward_imports(FLOORS) == set()


def test_no_import_runs_back_up_inside_formats() -> None:
    assert upward_imports(FLOORS_OF_FORMATS, "al_core.formats.") == set()


def test_modules_that_import_each_other_are_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == {frozenset({"b", "c"})}


def test_no_modules_import_each_other() -> None:
    assert circles(import_graph()) == set()


def is_unmirrored(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in UNMIRRORED)


def test_every_module_has_its_own_tests_or_a_reason_why_not() -> None:
    modules = [
        name for name in tracked("al_core/*.py") if not name.endswith("__init__.py") and "/migrations/" not in name
    ]
    tests = {name: Path("tests", *Path(name).parts[1:-1], f"test_{Path(name).name}") for name in modules}
    assert tests
    assert [name for name, test in tests.items() if not (ROOT / test).is_file() and not is_unmirrored(name)] == []


def test_no_reason_outlives_its_module() -> None:
    names = tracked("al_core/*.py")
    assert [pattern for pattern in UNMIRRORED if not any(fnmatch(name, pattern) for name in names)] == []


@pytest.mark.parametrize("word", ["colour", "labelled", "Grey", "normalise", "optimisation", "neighbours", "analysed"])
def test_british_spelling_is_seen(word: str) -> None:
    assert BRITISH.search(word)


@pytest.mark.parametrize("word", ["color", "labeled", "precise", "noise", "raised", "exercise", "analysis", "reason"])
def test_american_spelling_is_left_alone(word: str) -> None:
    assert not BRITISH.search(word)


def test_no_tracked_text_is_in_british_spelling() -> None:
    # License texts are quoted, and this file holds the pattern.
    files = [name for name in tracked() if "LICENSE" not in name and not name.endswith("test_house_rules.py")]
    assert [(name, word) for name in files for word in words_of(ROOT / name) if BRITISH.search(word)] == []


def words_of(path: Path) -> set[str]:
    """Return the words of a text, each once: searching whole texts takes far longer. Other files have none."""
    content = path.read_bytes()
    return set() if b"\0" in content[:8_000] else set(re.findall(r"\w+", content.decode("utf-8", "ignore")))


def test_import_al_core_loads_nothing_heavy() -> None:
    code = "import sys, al_core; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert HEAVY & set(loaded.stdout.split()) == set()


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    machine_path = re.compile(rb"(?<![\w./~-])/(?:home|Users|root)/[\w.-]+|" + re.escape(str(ROOT).encode()))
    # The pattern above is itself such a text.
    files = [name for name in tracked() if name != Path(__file__).relative_to(ROOT).as_posix()]
    assert [name for name in files if machine_path.search((ROOT / name).read_bytes())] == []
