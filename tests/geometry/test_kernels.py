import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    return done.stdout.split()


def test_kernels_are_loaded_once_somebody_asks_for_them() -> None:
    code = "from al_core.geometry import kernels as k; print(k.are_loaded()); k.load(); print(k.are_loaded())"
    assert run(code) == ["False", "True"]


def test_a_small_selection_of_a_new_process_loads_nothing_compiled() -> None:
    code = """if True:
        import sys
        import numpy as np
        from al_core.config import SelectionConfig
        from al_core.selection import quality, select
        embeddings = np.eye(50, 4) + np.arange(50)[:, None]
        rows = select(embeddings, SelectionConfig("CORESET", 5))
        print(quality(embeddings, rows=rows).n_added, "numba" in sys.modules)
    """
    assert run(code) == ["5", "False"]


def test_importing_a_kernel_does_not_count_as_loading() -> None:
    code = """if True:
        import al_core.geometry.distance_kernel
        from al_core.geometry import kernels
        print(kernels.are_loaded())
    """
    assert run(code) == ["False"]
