import streamlit as st

from al_core.text import counted
from ui import state
from ui.examples import show_examples
from ui.glossary import show_words
from ui.messages import errors_explained, plain
from ui.predictions.drop import dropped_files, example_download
from ui.predictions.form import import_form
from ui.predictions.models import show_models
from ui.predictions.scores import show_scores

st.title("Predictions")
dataset = state.require_dataset()
st.caption(
    f"{plain(dataset.name)} · {counted(dataset.n_samples, 'image')}. Drop your model's predictions: the file is "
    "checked first, and stored only when you say so."
)
show_words("predictions")
with errors_explained():
    files = dropped_files()
    if files:
        import_form(dataset, files)
    else:
        show_examples("predictions", "scores", "class-names")
        example_download(dataset)
show_models(dataset)
show_scores(dataset)
