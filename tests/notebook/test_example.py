import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from al_core import workflow
from al_core.store import Kind, Workspace

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_notebook_runs_from_top_to_bottom(demo_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(demo_home, tmp_path / "workspace")
    with Workspace(home) as workspace:
        [dataset] = workspace.datasets()
        # The notebook draws the map there is, which saves the half minute for UMAP.
        workflow.project(dataset, dataset.arrays.all(Kind.EMBEDDING)[-1].name, "PCA")
    notebook = tmp_path / "map.ipynb"
    shutil.copy(ROOT / "docs" / "notebooks" / "map.ipynb", notebook)
    subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", "--inplace", notebook],
        env={**os.environ, "AL_CORE_HOME": str(home), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    cells = {cell["id"]: cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]}
    assert cells["selected"]["outputs"][0]["text"] == ["0 [] []\n"]
    for cell in ("map", "select"):
        [output] = cells[cell]["outputs"]
        assert "application/vnd.jupyter.widget-view+json" in output["data"]
