"""The older names with the real client 1.1.10, in a separate process: prints what the client saw as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from images import make_images, write_embeddings
from lightly.active_learning.agents import ActiveLearningAgent
from lightly.active_learning.config import SamplerConfig
from lightly.active_learning.scorers import ScorerClassification
from lightly.api import ApiWorkflowClient

NAMES = [f"image_{number:02d}.png" for number in range(8)]

if __name__ == "__main__":
    folder, outcome = map(Path, sys.argv[1:])
    seen: dict[str, Any] = {}
    client = ApiWorkflowClient(token="any text will do")
    client.wait_time_till_next_poll = 0.05
    client.create_dataset("older")
    client.upload_dataset(make_images(folder, NAMES), mode="thumbnails")
    client.upload_embeddings(write_embeddings(folder / "embeddings.csv", NAMES), "default")
    seen["filenames"] = client.filenames_on_server
    agent = ActiveLearningAgent(client)
    agent.query(SamplerConfig(method="CORESET", n_samples=3, name="first"))
    seen["first"] = agent.labeled_set
    scorer = ScorerClassification(np.random.default_rng(1).dirichlet(np.ones(3), len(agent.query_set)))
    agent.query(SamplerConfig(method="CORAL", n_samples=5, name="second"), scorer)
    seen["second"], seen["added"] = agent.labeled_set, agent.added_set
    outcome.write_text(json.dumps(seen))
