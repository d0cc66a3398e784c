"""A dataset whose every name tries to act: as Markdown, as HTML, as a formula, as a widget's key, as other text."""

import numpy as np

from al_core import workflow
from al_core.steps.scores import ScoreOrigin
from al_core.store import Dataset, Kind, Workspace

IMAGE = "![i](http://tracker.example/i.png)"
LINK = "[click](http://tracker.example/)"
HTML = "<img src=http://tracker.example/h.png onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://tracker.example/","x")'
RIGHT_TO_LEFT = "cat\u202egnp.exe"
HEADER_LINE = "Set-Cookie: a=b; Location: http://tracker.example/"
FILENAMES = [f"{name}.png" for name in (IMAGE, HTML, FORMULA, RIGHT_TO_LEFT, HEADER_LINE, LINK)]
SCORES = (IMAGE, "loss__mean", "tags", "Image", "# heading", ":red[x] $y$ `z`", FORMULA, HTML)


def build_hostile_dataset(workspace: Workspace) -> Dataset:
    """Store six samples with a prediction, scores, metadata, texts and a tag."""
    count = len(FILENAMES)
    angles = np.linspace(0, 1, count)
    embeddings = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    dataset = workflow.create_dataset(workspace, "x__b__", FILENAMES, embeddings)
    confident = np.linspace(0.6, 0.9, count)
    attributes = {"task": "classification", "class_names": [HTML, LINK], "source": IMAGE}
    probabilities = np.column_stack([confident, 1 - confident]).astype(np.float32)
    dataset.arrays.save(Kind.PREDICTION, {"model__1": probabilities}, attributes)
    rows = np.arange(count)
    for score in SCORES:
        workflow.store_scores(dataset, rows, {score: confident}, origin=ScoreOrigin(prediction="model__1"))
    dataset.arrays.save(Kind.METADATA, {f"{LINK}__": rows + 32})
    texts = {"names": [HTML, LINK, FORMULA]}
    dataset.arrays.save(Kind.CATEGORY, {IMAGE: (rows % 3).astype(np.int32)}, texts)
    dataset.create_tag("a:smile: __b__", np.array([0]))
    return dataset
