"""A real server whose selections wait at a gate, so that a test can stop them in the middle.

`python -m tests.api.gated_server PORT FOLDER [unheard]`: each selection makes the file `entered` in the folder and goes
on when there is a file `open`; until then it reports its progress, so that it can be canceled. The heart of one that is
unheard does not beat.
"""

import sys
import time
from pathlib import Path
from typing import Any

import uvicorn

from al_core.api.server import app
from al_core.jobs.heart import Heart
from al_core.steps import selection_plan
from al_core.types import Progress

make_selection = selection_plan.make_selection


def main(port: int, folder: Path, *, is_unheard: bool) -> None:
    def wait_and_select(dataset: Any, config: Any, inputs: Any, progress: Progress) -> Any:
        (folder / "entered").touch()
        while not (folder / "open").exists():
            progress(1, 4)
            time.sleep(0.01)
        # Without progress: it comes to the store, whatever was asked meanwhile.
        return make_selection(dataset, config, inputs)

    if is_unheard:
        Heart.start = lambda _heart: None  # type: ignore[assignment, method-assign]
    selection_plan.make_selection = wait_and_select  # type: ignore[assignment]
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", proxy_headers=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), is_unheard="unheard" in sys.argv)
