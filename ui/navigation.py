"""The script behind every page: registers the pages and runs the one in the URL.

It lies outside the folder that holds `pages/`: Streamlit runs files of a `pages/` folder beside its main script
directly, without this script, until some session has called `st.navigation`.
"""

import streamlit as st

from al_core.store import asking_once
from ui import jobs, selection_jobs, state
from ui.browser import tell_browser
from ui.changes import show_changes
from ui.clicks import clicks_of_a_page
from ui.datasets.remote import show_remote_workspace
from ui.dialogs import run_page
from ui.heap import freeze_heap
from ui.help import show_help
from ui.loop.footer import show_footer
from ui.loop.standing import loop_of
from ui.loop.stepper import show_stepper
from ui.messages import show_notice
from ui.pages import ROOT, listed_pages
from ui.select.stored import say_own_selections
from ui.session import Key
from ui.undo import show_undo
from ui.visitor import show_visitor

# In the primary color the dark theme would give them a contrast of 3.9 and 3.6; WCAG asks for 4.5. Line and border say
# what is selected.
SELECTED_STYLE = """<style>
[data-testid="stTab"][aria-selected="true"], [data-testid="stTab"][aria-selected="true"] p,
button[role="radio"][aria-checked="true"], button[role="radio"][aria-checked="true"] p {
  color: inherit !important;
}
</style>"""
# Streamlit's own are a pale gray behind the links of the sidebar, and nothing around others.
FOCUS_STYLE = """<style>
:is([data-testid="stSidebarNavLink"], [data-testid="stPageLink-NavLink"]):focus-visible {
  outline: 2px solid currentColor !important; outline-offset: -2px; border-radius: 4px;
}
</style>"""


# Before st.navigation, which would otherwise make the browser fetch the page's icon from fonts.gstatic.com.
st.set_page_config(page_icon=str(ROOT / "ui" / "icon.svg"), layout="wide")
st.html(SELECTED_STYLE + FOCUS_STYLE)
st.logo(str(ROOT / "ui" / "logo.svg"), size="large", icon_image=str(ROOT / "ui" / "icon.svg"))
page = st.navigation(listed_pages())
with asking_once():
    # Before anything is asked of its server, so that one that is gone can be left.
    show_remote_workspace()
    show_visitor()
    state.choose_dataset()
    dataset = state.dataset()
    tell_browser(
        page=page.url_path,
        dataset_id=dataset.id if dataset else None,
        closed_hints=tuple(st.session_state.get(Key.CLOSED_HINTS, ())),
    )
    if dataset and not dataset.server:
        # Pages remember what they work out by it. Asked for later, it would let all before it be asked a second time.
        dataset.version()
    loop = loop_of(dataset) if dataset else None
    if loop:
        show_stepper(loop)
    say_own_selections()
    with st.container(key="corner"):
        if dataset and not dataset.server:
            show_changes(state.local_workspace().watch, dataset)
        show_undo()
    if page.url_path != "explore":
        # Whoever comes back opens it anew, and has been where Explore was to lead.
        st.session_state.pop(Key.EXPLORED, None)
        st.session_state.pop(Key.GO_TO_SELECT, None)
    with clicks_of_a_page():
        run_page(page.run)
    # A page that changes something runs again, so this is still where the dataset stands. Rounds begins with the next
    # step.
    if loop and page.url_path != "rounds":
        show_footer(loop, page.url_path)
    show_notice()
    # After the page, which may have started a job.
    jobs.show_running(selection_jobs.under_way())
    show_help()
freeze_heap(page.url_path)
