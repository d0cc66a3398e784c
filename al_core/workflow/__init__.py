"""The whole product in order: embeddings in, predictions in, scores, a map, a selection, filenames out.

A dashboard page, an HTTP route, a script and a command each call one of these functions. Each is a few lines over one
file of `al_core.steps`, which has the details.

- `datasets`: embeddings in, from a file or a folder of images.
- `predictions`, `stored_models`: predictions in, their scores, and the models that made them.
- `exploration`: a map, and images that look alike.
- `selections`, `picks`: what to label next, and why.
- `handover`: filenames out to labelers.
- `labels`, `training`: labels in, and what a model is trained and tested on.
- `round_results`: what the labels bought.
"""

from al_core.config import SelectionConfig
from al_core.steps.embedded_images import EmbeddedFolder
from al_core.steps.metadata import store_metadata
from al_core.steps.models import rescored_note, unscored_note
from al_core.steps.score_range import range_findings
from al_core.steps.selections import Selection, read_selection

# In the order of the work, which the reference shows.
# isort: off
from al_core.workflow.datasets import (
    create_dataset,
    dataset_from_images,
    embed_images,
    append_images,
    add_embeddings,
    store_embedded,
)
from al_core.workflow.predictions import (
    check_predictions,
    store_predictions,
    score_probabilities,
    store_probabilities,
    store_scores,
    rank_scores,
)
from al_core.workflow.stored_models import (
    models,
    rename_model,
    make_model_current,
    change_threshold,
    delete_model,
    restore_model,
    compare_models,
    tag_changes,
)
from al_core.workflow.exploration import project, find_similar
from al_core.workflow.selections import (
    group_sizes,
    group_names,
    spacing,
    check_selection,
    compare,
    run_selection,
    select_tests,
    next_config,
)
from al_core.workflow.picks import (
    selection_card,
    limit_costs,
    group_counts,
    explain_selection,
    next_best,
    edit_selection,
)
from al_core.workflow.handover import export_tag, mark_sent, release, sent_set, tag_missing
from al_core.workflow.labels import (
    check_labels,
    store_labels,
    stored_labels,
    label_sets,
    labels_for,
    delete_labels,
    restore_labels,
    label_errors,
    tag_label_errors,
)
from al_core.workflow.training import (
    labeled_set,
    training_set,
    test_set,
    test_reserve,
    training_tasks,
    training_formats,
    export_training_labels,
)
from al_core.workflow.round_results import (
    rounds,
    find_round,
    round_plan,
    save_round_plan,
    report_rounds,
    report,
    replay,
)

__all__ = [
    "EmbeddedFolder",
    "Selection",
    "SelectionConfig",
    "add_embeddings",
    "append_images",
    "change_threshold",
    "check_labels",
    "check_predictions",
    "check_selection",
    "compare",
    "compare_models",
    "create_dataset",
    "dataset_from_images",
    "delete_labels",
    "delete_model",
    "edit_selection",
    "embed_images",
    "explain_selection",
    "export_tag",
    "export_training_labels",
    "find_round",
    "find_similar",
    "group_counts",
    "group_names",
    "group_sizes",
    "label_errors",
    "label_sets",
    "labeled_set",
    "labels_for",
    "limit_costs",
    "make_model_current",
    "mark_sent",
    "models",
    "next_best",
    "next_config",
    "project",
    "range_findings",
    "rank_scores",
    "read_selection",
    "release",
    "rename_model",
    "replay",
    "report",
    "report_rounds",
    "rescored_note",
    "restore_labels",
    "restore_model",
    "round_plan",
    "rounds",
    "run_selection",
    "save_round_plan",
    "score_probabilities",
    "select_tests",
    "selection_card",
    "sent_set",
    "spacing",
    "store_embedded",
    "store_labels",
    "store_metadata",
    "store_predictions",
    "store_probabilities",
    "store_scores",
    "stored_labels",
    "tag_changes",
    "tag_label_errors",
    "tag_missing",
    "test_reserve",
    "test_set",
    "training_formats",
    "training_set",
    "training_tasks",
    "unscored_note",
]
