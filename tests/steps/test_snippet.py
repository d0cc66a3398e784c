import numpy as np

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, TagRole


def test_the_code_names_the_tags_the_embedding_and_every_choice(dataset: Dataset) -> None:
    query = dataset.create_tag("sharp", np.arange(5))
    labeled = dataset.create_tag("labeled", np.array([0]))
    config = SelectionConfig("CORESET", 3, 0.125, "picked", seed=7)
    selection = workflow.run_selection(dataset, config, query_tag=query, labeled_tag=labeled)
    assert selection_code(dataset, selection) == (
        "from al_core import ActiveLearningAgent, SelectionConfig\n"
        "from al_core import LocalClient\n"
        "\n"
        "client = LocalClient(dataset_id='line', embedding_id='default')\n"
        "agent = ActiveLearningAgent(client, query_tag_name='sharp', preselected_tag_name='labeled')\n"
        "labeled_set, added_set = agent.query("
        "SelectionConfig(method='CORESET', n_samples=3, min_distance=0.125, seed=7))\n"
    )


def test_what_no_single_tag_holds_is_said(dataset: Dataset) -> None:
    for name, row in (("one", 0), ("two", 5)):
        dataset.set_tag_role(dataset.create_tag(name, np.array([row])), TagRole.LABELED)
    config = SelectionConfig("RANDOM", 4, name="picked", seed=7, test_share=0.5)
    code = selection_code(dataset, workflow.run_selection(dataset, config))
    assert "# It went on from 2 labeled and sent samples: pass a tag of them as preselected_tag_name.\nagent = " in code
    assert "seed=7, test_share=0.5)" in code
