"""The HTML page that every address of the dashboard answers with, and where `/` leads."""

from collections.abc import Sequence
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ui.preloaded import preload_links

STREAMLIT_PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
UI = Path(__file__).parent

# Without it the browser asks /explore/_stcore/health first, in case the dashboard lies under /explore, and every link
# to a page begins with two errors in its console. A page lies at the root, as images and maps do.
SERVER_SCRIPT = "<script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin };</script>"

# What is known before the first script runs. The sidebar's place is kept free until it is there, and the page is as
# wide as `st.set_page_config` will say: otherwise it would be drawn in another width and jump aside. What lies below
# the menu of the sidebar is not seen before the menu is there. Nor does an element that is never seen take any,
# and what stands for a link until its script is there is as high as the link.
FIRST_STYLE = """<style>
@media (min-width: 768px) {
  [data-testid="stAppViewContainer"]:not(:has([data-testid="stSidebar"])) { padding-left: 281.25px; }
}
[data-testid="stLayoutWrapper"]:has(> .st-key-browser) { display: none; }
.stMainBlockContainer.block-container { max-width: initial; }
@media (min-width: 864px) { .stMainBlockContainer.block-container { padding-left: 5rem; padding-right: 5rem; } }
[data-testid="stSidebarContent"]:not(:has([data-testid="stSidebarNav"])) [data-testid="stSidebarUserContent"] {
  visibility: hidden;
}
.st-key-loop [data-testid="stSkeleton"] { height: 1.45rem; width: 5rem; }
:is(.st-key-next-step, .st-key-footer) [data-testid="stSkeleton"] { height: 1.625rem; width: 12rem; }
.st-key-choose-next [data-testid="stSkeleton"] { width: 13rem; }
.st-key-words [data-testid="stSkeleton"] { display: none; }
</style>"""

# The frames of what is drawn. A style in `st.html` waits for a script of Streamlit's: until it came, the map of Explore
# stood above the images, a layout shift of 0.27.
FRAMES = (
    "bars.css",
    "curve.css",
    "loop/stepper.css",
    "glossary.css",
    "corner.css",
    "toasts.css",
    "cards.css",
    "datasets/listing.css",
    "explore/layout.css",
    "explore/next_batch.css",
    "explore/filter_row.css",
    "row_table/places.css",
    "select/card.css",
    "select/layout.css",
    "select/run_bar.css",
)
FRAME_STYLE = "\n".join(["<style>", *((UI / name).read_text(encoding="utf-8") for name in FRAMES), "</style>"])

# Until the first script has run: the sidebar's ground and the name of the page where its heading will stand, in the
# colors of .streamlit/config.toml. Without them the window is white for a second. What a style draws is in nobody's
# way: the heading takes its place, and no screen reader says it twice.
# For good once there is a heading, or what stands in its place: between two pages there is none for a moment, and the
# name would be that of the first.
STARTING_SCRIPT = """<script>
document.documentElement.classList.add("starting");
new MutationObserver((changes, observer) => {
  if (!document.querySelector("h1, form, [data-testid='stAlert'], [data-testid='stException']")) return;
  document.documentElement.classList.remove("starting");
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
</script>"""
PLACEHOLDER_STYLE = """<style>
html.starting body {{
  &::before, &::after {{ position: fixed; z-index: 1; top: 0; pointer-events: none; }}
  &::before {{ content: ""; left: 0; width: 281.25px; height: 100%; background: #f5f7f9; }}
  &::after {{
    content: "{title}"; left: {left}; top: {top}; font: 650 26.25px/35px "Source Sans", sans-serif; color: #12181d;
  }}
  @media (prefers-color-scheme: dark) {{
    background: #121619;
    &::before {{ background: #0d1013; }}
    &::after {{ color: #e4e8eb; }}
  }}
  @media (max-width: 767px) {{
    &::before {{ content: none; }}
    &::after {{ left: 15px; top: 131px; }}
  }}
}}
</style>"""


def placeholder_style(name: str) -> str:
    """Return the style that draws the name of a page until the page is there."""
    is_wide = name == "explore"
    left = "303.75px" if is_wide else "calc(281.25px + clamp(15px, (100vw - 863px) * 999, 75px))"
    return PLACEHOLDER_STYLE.format(title=name.capitalize(), left=left, top="56px" if is_wide else "75px")


def page_html(name: str) -> str:
    """Return the HTML of this version of Streamlit for a page, with its server's address, first styles and scripts."""
    page = STREAMLIT_PAGE.read_text(encoding="utf-8")
    first_style = f"{FIRST_STYLE}{placeholder_style(name)}"
    page = page.replace("<head>", f"<head>\n    {SERVER_SCRIPT}\n    {STARTING_SCRIPT}\n    {first_style}", 1)
    # After those of Streamlit, which it cannot begin without.
    page = page.replace("</head>", f"{preload_links(name)}\n  </head>", 1)
    # In the body: of two rules of the same weight the later one counts, and Streamlit adds its own to the head.
    return page.replace("<body>", f"<body>\n    {FRAME_STYLE}", 1)


def entrance_routes(page_names: Sequence[str], first: str) -> list[Route]:
    """Return the routes of `/`, which leads to the page called `first`, and of each page.

    Streamlit would show its first page at `/` alone, and "Page not found" under the page's own name.
    """
    html = {name: page_html(name) for name in page_names}

    async def lead_to_first(request: Request) -> Response:
        # Relative, so that a proxy may have another name for this machine; with the parameters of the link.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{first}{query}", headers={"Cache-Control": "no-store"})

    async def show_page(request: Request) -> Response:
        return HTMLResponse(html[request.url.path.rpartition("/")[2]], headers={"Cache-Control": "no-cache"})

    return [Route("/", lead_to_first), *(Route(f"/{name}", show_page) for name in page_names)]
