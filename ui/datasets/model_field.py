"""The field for the model that embeds images."""

import streamlit as st

from al_core.embedding import BUILT_IN


def model_field(key: str, *, disabled: bool = False) -> str:
    """Draw the field, folded up because the bundled model is nearly always right, and return the model."""
    with st.expander("Another model"):
        model: str = st.text_input(
            "Model",
            BUILT_IN,
            key=key,
            disabled=disabled,
            help=f"{BUILT_IN} is bundled. Or enter the path of an ONNX file, timm:NAME, torchvision:NAME or "
            "open_clip:NAME/WEIGHTS",
        )
    return model
