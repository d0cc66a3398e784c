"""Lightly's tutorial with the real client 1.2.25, in a separate process: prints what the client saw as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import requests
from images import make_images, write_embeddings
from lightly.active_learning.agents import ActiveLearningAgent
from lightly.active_learning.config import SelectionConfig
from lightly.active_learning.scorers import ScorerClassification
from lightly.api import ApiWorkflowClient
from lightly.openapi_generated.swagger_client.models.configuration_entry import ConfigurationEntry
from lightly.openapi_generated.swagger_client.models.configuration_value_data_type import ConfigurationValueDataType
from lightly.openapi_generated.swagger_client.rest import ApiException

NAMES = [f"{'left' if number % 2 else 'right'}/image_{number:02d}.png" for number in range(12)]
seen: dict[str, Any] = {}


def upload(client: ApiWorkflowClient, folder: Path) -> None:
    client.create_dataset("tutorial")
    client.upload_dataset(make_images(folder, NAMES), mode="full", max_workers=8)
    client.upload_embeddings(write_embeddings(folder / "embeddings.csv", NAMES), "default")
    seen["filenames"] = client.get_filenames()


def learn(client: ApiWorkflowClient) -> None:
    agent = ActiveLearningAgent(client)
    agent.query(SelectionConfig(method="CORESET", n_samples=4, name="initial-selection"))
    seen["first"] = agent.labeled_set
    probabilities = np.random.default_rng(1).dirichlet(np.ones(3), len(agent.query_set))
    agent.query(SelectionConfig(method="CORAL", n_samples=7, name="iteration-1"), ScorerClassification(probabilities))
    seen["second"], seen["added"], seen["unlabeled"] = agent.labeled_set, agent.added_set, agent.unlabeled_set
    agent.query(SelectionConfig(method="RANDOM", n_samples=9, name="iteration-2"))
    seen["tags"] = [tag.name for tag in client.get_all_tags()]


def export(client: ApiWorkflowClient, folder: Path) -> None:
    made = client.create_tag_from_filenames(NAMES[:3], "three")
    seen["three"] = client.get_filenames_in_tag(client.get_tag_by_id(made.id))
    seen["exported"] = client.export_filenames_by_tag_name("three").split("\n")
    tasks = client.export_label_studio_tasks_by_tag_name("three")
    seen["label_studio"] = [task["data"]["lightlyFileName"] for task in tasks]
    original = (folder / tasks[0]["data"]["lightlyFileName"]).read_bytes()
    seen["same_bytes"] = requests.get(tasks[0]["data"]["image"]).content == original
    seen["labelbox"] = [row["externalId"] for row in client.export_label_box_data_rows_by_tag_name("three")]
    iteration = client.get_tag_by_name("iteration-1")
    seen["without_parent"] = client.get_filenames_in_tag(iteration, exclude_parent_tag=True)
    client.download_dataset(str(folder / "downloaded"), tag_name="three")
    seen["downloaded"] = sorted(path.name for path in (folder / "downloaded").rglob("*.png"))


def describe(client: ApiWorkflowClient) -> None:
    images = [{"file_name": name, "id": number} for number, name in enumerate(NAMES)]
    metadata = [{"image_id": number, "weather": {"temperature": number / 2}} for number in range(len(NAMES))]
    client.upload_custom_metadata({"images": images, "metadata": metadata})
    samples = client._samples_api.get_samples_by_dataset_id(client.dataset_id)
    seen["temperatures"] = {sample.file_name: sample.custom_meta_data["weather"]["temperature"] for sample in samples}
    entry = ConfigurationEntry("temperature", "weather.temperature", 0, ConfigurationValueDataType.NUMERIC_FLOAT)
    client.create_custom_metadata_config("weather", [entry])
    configurations = client._metadata_configurations_api.get_meta_data_configurations(client.dataset_id)
    seen["configured"] = [entry.path for known in configurations for entry in known.configs]
    seen["sharpness"] = [sample.meta_data.sharpness for sample in samples]


def grow(client: ApiWorkflowClient, folder: Path) -> None:
    client.upload_dataset(make_images(folder, [*NAMES, "later.png"]), mode="full")
    seen["grown"] = client.get_filenames()
    seen["sizes"] = sorted({tag.tot_size for tag in client.get_all_tags()})
    # The client reads the embedding of the other samples from the server and adds this one.
    client.upload_embeddings(write_embeddings(folder / "later.csv", ["later.png"]), "default")
    agent = ActiveLearningAgent(client, preselected_tag_name="iteration-1")
    agent.query(SelectionConfig(method="CORESET", n_samples=10, name="after growing"))
    seen["after_growing"] = len(agent.labeled_set)


def clean_up(client: ApiWorkflowClient) -> None:
    seen["refusals"] = [refusal(client, name) for name in ("initial-tag", "iteration-1")]
    # Newest first, as they are listed: so every tag is a leaf when its turn comes.
    for tag in client.get_all_tags():
        if tag.prev_tag_id is not None:
            client.delete_tag_by_id(tag.id)
    seen["left"] = [tag.name for tag in client.get_all_tags()]
    client.delete_dataset_by_id(client.dataset_id)
    seen["datasets"] = len(client.get_datasets())


def refusal(client: ApiWorkflowClient, tag_name: str) -> str:
    try:
        client.delete_tag_by_id(client.get_tag_by_name(tag_name).id)
    except ApiException as error:
        return str(json.loads(error.body)["code"])
    return "none"


if __name__ == "__main__":
    folder, outcome = map(Path, sys.argv[1:])
    client = ApiWorkflowClient(token="any text will do")
    client.wait_time_till_next_poll = 0.05
    upload(client, folder)
    learn(client)
    export(client, folder)
    describe(client)
    grow(client, folder)
    clean_up(client)
    outcome.write_text(json.dumps(seen))
