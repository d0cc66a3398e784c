"""The script behind every page: registers the pages and runs the one in the URL.

It lies outside the folder that holds `pages/`: Streamlit runs files of a `pages/` folder beside its main script
directly, without this script, until some session has called `st.navigation`.
"""

import gc
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui import state
from ui.datasets.remote import show_remote_workspace
from ui.messages import show_notice
from ui.visitor import show_visitor

ROOT = Path(__file__).resolve().parent.parent
# In the primary color the dark theme would give them a contrast of 3.9 and 3.6; WCAG asks for 4.5. Line and border say
# what is selected.
SELECTED_STYLE = """<style>
[data-testid="stTab"][aria-selected="true"], [data-testid="stTab"][aria-selected="true"] p,
button[role="radio"][aria-checked="true"], button[role="radio"][aria-checked="true"] p {
  color: inherit !important;
}
</style>"""


def _page(name: str, icon: str, *, default: bool = False) -> StreamlitPage:
    path = ROOT / "pages" / f"{name}.py"
    return st.Page(path, title=name.capitalize(), icon=f":material/{icon}:", url_path=name, default=default)


@st.cache_resource
def _freeze_heap(page: str) -> None:
    # Streamlit collects all garbage after every run, which takes 90 ms once the large libraries are loaded.
    # Objects that are alive after a page's first run are modules and caches: no longer looked at.
    gc.collect()
    gc.freeze()


# Before st.navigation, which would otherwise make the browser fetch the page's icon from fonts.gstatic.com.
st.set_page_config(page_icon=str(ROOT / "ui" / "icon.svg"), layout="wide")
st.html(SELECTED_STYLE)
st.logo(str(ROOT / "ui" / "logo.svg"), size="large", icon_image=str(ROOT / "ui" / "icon.svg"))
page = st.navigation(
    [
        _page("datasets", "photo_library", default=True),
        _page("predictions", "upload_file"),
        _page("explore", "scatter_plot"),
        _page("select", "rule"),
        _page("rounds", "trending_up"),
        _page("tags", "sell"),
    ]
)
# Before anything is asked of its server, so that one that is gone can be left.
show_remote_workspace()
show_visitor()
state.choose_dataset()
page.run()
show_notice()
_freeze_heap(page.url_path)
