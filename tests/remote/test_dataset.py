import json
import threading
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from al_core import workflow
from al_core.api.server.media import media_app
from al_core.config import AtMost, Pattern, SelectionConfig
from al_core.evaluation import Refusal
from al_core.exceptions import (
    ALCoreError,
    AlreadyExistsError,
    NotAllowedError,
    NotFoundError,
)
from al_core.formats import Predictions, read_labels
from al_core.formats.predictions.predictions import KEYPOINTS
from al_core.jobs import Jobs, JobState
from al_core.remote import RemoteDataset, RemoteWorkspace, find_open_dataset, recent
from al_core.steps import exports, tags
from al_core.steps.image_frames import image_frames
from al_core.steps.sample_card import describe_sample
from al_core.steps.snippet import selection_code
from al_core.steps.tasks.task import Keypoint
from al_core.steps.training_labels import training_obstacle
from al_core.store import Dataset, Kind, Provenance, TagOrigin, TagRole, Workspace
from al_core.types import Progress
from al_core.utils import KeypointInstancePrediction, KeypointPrediction
from tests.conftest import FILENAMES
from tests.patience import PATIENCE
from tests.serving import served


def test_a_remote_dataset_has_the_same_samples_tags_and_arrays(line: RemoteDataset, dataset: Dataset) -> None:
    assert (line.id, line.name, line.n_samples) == (dataset.id, "line", 6)
    assert line.filenames() == FILENAMES
    assert line.filenames(np.array([5, 0])) == ["f.png", "a.png"]
    assert line.rows_of(["c.png", "z.png"]).tolist() == [2, -1]
    assert line.tags() == dataset.tags()
    [embedding] = line.arrays.all(Kind.EMBEDDING)
    assert embedding == dataset.arrays.get(Kind.EMBEDDING, "default")
    assert np.array_equal(line.arrays.read(embedding), dataset.arrays.read(embedding))


def test_training_labels_are_made_where_the_images_are(line: RemoteDataset, dataset: Dataset, tmp_path: Path) -> None:
    Image.new("RGB", (100, 50)).save(tmp_path / "b.png")
    dataset.set_images_dir(tmp_path)
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("filename,label,x0,y0,x1,y1\nb.png,cat,0.1,0.2,0.5,0.6\n")
    labels = read_labels(boxes)
    workflow.store_labels(line, labels, workflow.check_labels(line, labels))
    assert [writer.name for writer in workflow.training_formats(line)] == ["csv", "coco", "yolo", "voc"]
    assert training_obstacle(line, "coco") is None
    assert json.loads(workflow.export_training_labels(line, "coco"))["images"][0]["width"] == 100
    assert workflow.export_training_labels(line) == workflow.export_training_labels(dataset)


def test_a_remote_dataset_draws_itself_in_a_notebook(line: RemoteDataset) -> None:
    workflow.project(line, "default", "PCA")
    selection = workflow.run_selection(line, SelectionConfig("RANDOM", 2, name="two"))
    assert line.map().selected == []
    assert selection.show().selected == []


def test_what_a_minimum_distance_keeps_is_worked_out_by_the_server(line: RemoteDataset, dataset: Dataset) -> None:
    there = workflow.spacing(line)
    here = workflow.spacing(dataset)
    assert there.rows.tolist() == here.rows.tolist()
    np.testing.assert_array_equal(there.distances, here.distances)


def test_a_selection_on_the_server_equals_a_local_one(line: RemoteDataset, dataset: Dataset) -> None:
    workflow.store_scores(line, np.arange(6), {"mine": np.linspace(0, 1, 6)})
    seen: list[tuple[int, int]] = []
    config = SelectionConfig("CORESET", 3, name="there", seed=0)
    there = workflow.run_selection(line, config, progress=lambda done, total: seen.append((done, total)))
    here = workflow.run_selection(dataset, SelectionConfig("CORESET", 3, name="here", seed=0))
    assert there.added_rows.tolist() == here.added_rows.tolist()
    assert there.quality == here.quality
    assert dataset.tag("there") == there.tag
    assert workflow.read_selection(line, line.tag("there")) is not None
    assert "ApiWorkflowClient(server=" in selection_code(line, there)


def test_the_server_says_what_limits_cost_and_edits_a_pick(line: RemoteDataset, dataset: Dataset) -> None:
    config = SelectionConfig("CORESET", 3, name="there", seed=0, limits=[AtMost(2, per=Pattern("?.{}"))])
    assert workflow.check_selection(line, config) == workflow.check_selection(dataset, config)
    there = workflow.run_selection(line, config)
    assert workflow.limit_costs(line, there) == workflow.limit_costs(dataset, there)
    [counts] = workflow.group_counts(line, there)
    assert (counts.names, counts.picked.tolist()) == (("png",), [2])
    row = int(there.added_rows[1])
    edit = workflow.next_best(line, there, [], row)
    assert edit == workflow.next_best(dataset, there, [], row)
    edited = workflow.edit_selection(line, there, [edit], name="edited")
    assert edited.added_rows.tolist() == [int(there.added_rows[0]), edit.replacement]
    assert dataset.tag("edited") == edited.tag


def test_what_the_server_refuses_to_select_is_the_same_error(line: RemoteDataset) -> None:
    with pytest.raises(AlreadyExistsError, match="tag_name initial-tag"):
        workflow.run_selection(line, SelectionConfig("RANDOM", 2, name="initial-tag"))
    with pytest.raises(NotFoundError, match="no score 'x'"):
        workflow.run_selection(line, SelectionConfig("ACTIVE_LEARNING", 2, score_name="x"))


def test_a_cancelled_selection_stops_on_the_server_and_leaves_no_tag(
    remote: RemoteWorkspace, workspace: Workspace
) -> None:
    rng = np.random.default_rng(0)
    names = [f"{row}.png" for row in range(40_000)]
    workflow.create_dataset(workspace, "large", names, rng.normal(size=(40_000, 64)).astype(np.float32))
    large = remote.dataset("large")

    started = threading.Event()

    def select(progress: Progress) -> object:
        started.set()
        return workflow.run_selection(large, SelectionConfig("CORESET", 30_000, name="long"), progress=progress)

    job = Jobs().start("select", "Selecting", select)
    # While it waits for a worker, a cancel would end it before the server hears of it.
    assert started.wait(PATIENCE)
    job.cancel()
    assert job.wait(PATIENCE)
    assert job.state is JobState.CANCELLED
    assert [record.state for record in workspace.job_records.all()] == ["CANCELLED"]
    assert [tag.name for tag in large.tags()] == ["initial-tag"]


def test_tags_are_made_renamed_combined_and_deleted(line: RemoteDataset, dataset: Dataset) -> None:
    exploring = Provenance("exploring", filters=("in first",))
    first, _ = tags.tag_filenames(line, ["a.png", "b.png"], "first", source="list.txt")
    second = line.create_tag("second", np.array([1, 2]), TagOrigin(provenance=exploring))
    both = tags.combine_tags(line, first, second, "intersection", "both")
    assert (both.rows.tolist(), both.provenance) == (
        [1],
        Provenance("intersection", ("first", "second"), role=TagRole.REGION),
    )
    assert dataset.tag("second").provenance == exploring
    line.set_tag_role(second, TagRole.LABELED)
    assert [dataset.tag("second").role, line.tag("second").role] == [TagRole.LABELED] * 2
    assert line.tag_summaries() == dataset.tag_summaries()
    assert line.tags_by_id([second.id, first.id, "gone"]) == [line.tag("second"), first]
    assert line.tags_with(1) == dataset.tags_with(1) == ["both", "second", "first", "initial-tag"]
    line.rename_tag(both, "middle")
    line.delete_tag(first)
    assert [tag.name for tag in dataset.tags()] == ["middle", "second", "initial-tag"] == [t.name for t in line.tags()]
    with pytest.raises(NotAllowedError, match="cannot be deleted"):
        line.delete_tag(line.tag("initial-tag"))


def test_a_tag_is_exported_by_the_server_with_its_images(line: RemoteDataset, dataset: Dataset, tmp_path: Path) -> None:
    tag = dataset.create_tag("two", np.array([0, 1]))
    assert workflow.export_tag(line, tag, "txt") == b"a.png\nb.png\n"
    assert "images" in str(exports.export_obstacle(line, tag, "images"))
    for name in FILENAMES[:2]:
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    dataset.set_images_dir(tmp_path)
    assert exports.export_obstacle(line, tag, "images") is None
    assert workflow.export_tag(line, tag, "images").startswith(b"PK")


def test_images_come_through_this_machine_under_a_key_that_ends_with_the_session(
    address: str, workspace: Workspace, dataset: Dataset, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png")
    dataset.set_images_dir(tmp_path)
    opened = RemoteWorkspace(address, workspace.tokens.create("dashboard"), tmp_path / "remote")
    key = opened.dataset("line").image_key

    def find(image_key: str) -> Dataset:
        found = find_open_dataset(image_key)
        if found is None:
            raise NotFoundError("no such dataset")
        return found

    with served(media_app(find)) as media:
        thumbnail, full = (requests.get(f"{media}/{key}/0{end}", timeout=PATIENCE) for end in ("", "/full"))
        assert thumbnail.headers["content-type"] == "image/webp"
        assert full.content == (tmp_path / "a.png").read_bytes()
        assert "svg" in requests.get(f"{media}/{key}/1", timeout=PATIENCE).text
        assert json.loads(requests.get(f"{media}/{key}/0.json", timeout=PATIENCE).content)["filename"] == "a.png"
        assert requests.get(f"{media}/{dataset.id}/0", timeout=PATIENCE).status_code == 404
        del opened
        assert requests.get(f"{media}/{key}/0", timeout=PATIENCE).status_code == 404


def test_keypoints_on_a_card_are_shares_of_the_image_that_the_server_has(
    line: RemoteDataset, dataset: Dataset, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 20)).save(tmp_path / "a.png")
    dataset.set_images_dir(tmp_path)
    found = KeypointPrediction([KeypointInstancePrediction([10, 5, 0.5], category_id=0)])
    predictions = Predictions(["a.png"], ["person"], [found], KEYPOINTS)
    report = workflow.check_predictions(line, predictions, source="pose")
    workflow.store_predictions(line, predictions, report, name="pose")
    assert describe_sample(line, 0).prediction.keypoints == (Keypoint(0.25, 0.25, "person", 0.5),)


def test_the_server_reads_how_images_lie_that_only_it_has(
    line: RemoteDataset, dataset: Dataset, tmp_path: Path
) -> None:
    turned = Image.new("RGB", (8, 6))
    turned.getexif()[0x0112] = 6
    turned.save(tmp_path / FILENAMES[1], "JPEG", exif=turned.getexif())
    dataset.set_images_dir(tmp_path)
    frames = image_frames(line, np.array([1, 0]))
    assert frames.to_json() == [[6, 8, 6], [0, 0, 0]]
    with pytest.raises(NotFoundError, match="rows 0 to 5, not 6"):
        line.server.image_frames(np.array([6]))


def test_rounds_on_a_server_are_sent_and_released_from_here(line: RemoteDataset, dataset: Dataset) -> None:
    config = SelectionConfig("RANDOM", 4, name="round 1", seed=1, test_share=0.25)
    selection = workflow.run_selection(line, config)
    assert len(selection.test_rows) == 1
    workflow.mark_sent(line, selection.tag)
    assert workflow.sent_set(line).tolist() == workflow.sent_set(dataset).tolist() == selection.tag.rows.tolist()
    assert [each.state for each in workflow.rounds(line)] == ["sent"]
    assert len(workflow.run_selection(line, SelectionConfig("RANDOM", 5, name="round 2", seed=1)).added_rows) == 1
    workflow.release(line, line.tag("round 1"))
    assert not dataset.tag("round 1").is_sent


def test_the_card_of_a_selection_on_a_server_is_the_one_measured_there(line: RemoteDataset, dataset: Dataset) -> None:
    selection = workflow.run_selection(line, SelectionConfig("CORESET", 2, name="picked", seed=1))
    card = workflow.selection_card(line, selection)
    assert card == workflow.selection_card(
        dataset, workflow.read_selection(dataset, dataset.tag("picked")) or selection
    )


def test_reasons_of_picks_on_a_server_are_those_worked_out_there(line: RemoteDataset) -> None:
    selection = workflow.run_selection(line, SelectionConfig("CORESET", 2, name="picked", seed=1))
    assert [(reason.row, reason.nearest_row) for reason in workflow.explain_selection(line, selection)] == [
        (0, None),
        (5, 0),
    ]


def test_configurations_are_compared_on_the_server(line: RemoteDataset, dataset: Dataset) -> None:
    configs = [SelectionConfig("CORESET", 2, seed=1), SelectionConfig("RANDOM", 2, seed=1)]
    there = workflow.compare(line, configs, query_tag=line.tag("initial-tag"))
    here = workflow.compare(dataset, configs)
    assert [each.rows.tolist() for each in there.candidates] == [each.rows.tolist() for each in here.candidates]
    assert [each.card for each in there.candidates] == [each.card for each in here.candidates]
    replayed = workflow.replay(line)
    assert isinstance(replayed, Refusal)
    assert replayed.text() == "0 training labels; a replay needs 200"
    with pytest.raises(ALCoreError, match="bring some back first"):
        workflow.label_errors(line)


def test_each_change_on_the_server_is_another_version(
    line: RemoteDataset, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server is asked each time.
    monkeypatch.setattr(recent, "SECONDS", -1)
    versions = [line.version()]
    assert line.version() == versions[0]
    tag = dataset.create_tag("old", np.array([1]))
    versions.append(line.version())
    dataset.set_tag_role(tag, TagRole.LABELED)
    versions.append(line.version())
    dataset.delete_tag(dataset.tag("old"))
    versions.append(line.version())
    workflow.store_scores(dataset, np.arange(6), {"blur": np.ones(6)})
    versions.append(line.version())
    assert len(set(versions)) == 4
    assert versions[3] == versions[0]
