import streamlit as st

from al_core.formats import PREDICTION_READERS, PredictionFiles, assign_roles
from al_core.steps import exports
from al_core.text import counted
from ui import state
from ui.examples import show_examples
from ui.file_drop import chosen_files
from ui.predictions.form import ROUND, import_form
from ui.predictions.scores import show_scores

TYPES = sorted({suffix[1:] for reader in PREDICTION_READERS.values() for suffix in reader.suffixes} | {"txt", "xml"})


def dropped_files() -> PredictionFiles | None:
    paths = chosen_files(
        "Predictions or ready-made scores",
        TYPES,
        f"predictions-{st.session_state.get(ROUND, 0)}",
        "One file, or several that belong together: COCO results with their annotation file, one text or XML file per "
        "image, a file of class names",
    )
    return assign_roles(paths) if paths else None


st.title("Predictions")
dataset = state.require_dataset()
st.caption(
    f"{dataset.name} · {counted(dataset.n_samples, 'sample')}. Drop what your model predicted: the file is checked "
    "first, and stored only when you say so."
)
with state.errors_explained():
    files = dropped_files()
    if files:
        import_form(dataset, files)
    else:
        show_examples("predictions", "scores", "class-names")
        st.download_button(
            "An example file for this dataset",
            lambda: exports.example_predictions(dataset),
            file_name=f"{dataset.name}-predictions-example.csv",
            icon=":material/download:",
            on_click="ignore",
            help="A CSV with the right filenames: use it as a template, or drop it above to see what happens",
        )
show_scores(dataset)
