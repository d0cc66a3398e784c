import numpy as np

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.steps.snippet import selection_code
from al_core.store import Dataset


def test_the_code_names_the_tags_the_embedding_and_every_choice(dataset: Dataset) -> None:
    query = dataset.create_tag("sharp", np.arange(5))
    labeled = dataset.create_tag("labeled", np.array([0]))
    config = SelectionConfig("CORESET", 3, 0.25, "picked", seed=7)
    selection = workflow.run_selection(dataset, config, query_tag=query, labeled_tag=labeled)
    assert selection_code(dataset, selection) == (
        "from al_core import ActiveLearningAgent, SelectionConfig\n"
        "from al_core import LocalClient\n"
        "\n"
        "client = LocalClient(dataset_id='line', embedding_id='default')\n"
        "agent = ActiveLearningAgent(client, query_tag_name='sharp', preselected_tag_name='labeled')\n"
        "labeled_set, added_set = agent.query("
        "SelectionConfig(method='CORESET', n_samples=3, min_distance=0.25, seed=7))\n"
    )
