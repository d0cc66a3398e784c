"""One small real file for each format, to learn its layout from."""

from pathlib import Path

import streamlit as st

from al_core.formats import READERS

FOLDER = Path(__file__).resolve().parents[1] / "examples"


# A fragment: whoever opens it waits for this part alone.
@st.fragment
def show_examples(*kinds: str) -> None:
    """Draw the formats of these kinds of `READERS`, each with its description and a download."""
    *others, last = (kind.replace("-", " ") for kind in kinds)
    listed = f"{', '.join(others)} and {last}" if others else last
    formats = st.expander(
        f"Supported formats of {listed}, each with an example",
        icon=":material/description:",
        key=f"examples-{'-'.join(kinds)}",
        on_change="rerun",
    )
    if not formats.open:
        # Up to 55 buttons, a third of the time that Predictions takes to draw, for those who look for them.
        return
    with formats:
        for kind in kinds:
            for name, reader in READERS[kind].items():
                # Some formats have several examples: name--variant.suffix.
                files = sorted(FOLDER.glob(f"{kind}/{name}.*")) + sorted(FOLDER.glob(f"{kind}/{name}--*"))
                text, buttons = st.columns([3, 4], vertical_alignment="center")
                text.markdown(f"**{reader.label}**  \n:small[{reader.description}]")
                with buttons.container(horizontal=True, gap="small"):
                    for file in files:
                        _download(kind, file)


def _download(kind: str, file: Path) -> None:
    _, _, variant = file.stem.partition("--")
    st.download_button(
        variant or file.suffix,
        file.read_bytes,
        file_name=f"example-{kind}-{file.name}",
        key=f"example-{kind}-{file.name}",
        icon=":material/download:",
        on_click="ignore",
        help=f"{file.name}: ten images of the demo. Drop it above to see what happens",
    )
