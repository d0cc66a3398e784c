import streamlit as st

from al_core import workflow
from al_core.formats import WRITERS, Writer
from al_core.steps.exports import export_obstacle
from al_core.steps.tags import combine_tags
from al_core.store import INITIAL_TAG, Dataset, Tag, TagRole
from al_core.text import counted
from ui import state
from ui.tags import folder_export
from ui.tags.duplicates import duplicates_form
from ui.tags.filename_tag import filename_tag_form

OPERATIONS = {
    "union": "in either",
    "intersection": "in both",
    "difference": "in the first but not in the second",
}

ROLE_IS_FIXED = {
    TagRole.ALL: "initial-tag holds every sample and stays as it is",
    TagRole.SELECTION: "The samples of a selection count as labeled",
}


def tree(tags: list[Tag]) -> list[tuple[int, Tag]]:
    """The tags with their depth, each below its parent, older ones first."""
    children: dict[str | None, list[Tag]] = {}
    for tag in reversed(tags):
        children.setdefault(tag.prev_tag_id, []).append(tag)

    ordered: list[tuple[int, Tag]] = []
    open_tags = [(0, tag) for tag in reversed(children.get(None, []))]
    while open_tags:
        depth, tag = open_tags.pop()
        ordered.append((depth, tag))
        open_tags += [(depth + 1, child) for child in reversed(children.get(tag.id, []))]
    return ordered


def show_tree(tags: list[Tag]) -> Tag:
    ordered = tree(tags)
    rows = [
        {
            "Tag": "\u2003" * depth + ("└ " if depth else "") + tag.name,
            "Samples": tag.size,
            "Role": str(tag.role),
            "Share": tag.size / tag.tot_size,
            "Made by": made_by(tag),
        }
        for depth, tag in ordered
    ]
    event = st.dataframe(
        rows,
        hide_index=True,
        key="tag-table",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Samples": st.column_config.NumberColumn(format="localized"),
            "Share": st.column_config.ProgressColumn(format="percent", help="Of all samples"),
        },
    )
    chosen = event["selection"]["rows"]
    position = (
        chosen[0]
        if chosen and chosen[0] < len(ordered)
        else next(index for index, (_, tag) in enumerate(ordered) if tag.id == tags[0].id)
    )
    return ordered[position][1]


def made_by(tag: Tag) -> str:
    if "config" in tag.facts:
        return str(tag.facts["config"]["method"])
    if "operation" in tag.facts:
        return " of ".join(filter(None, [tag.facts["operation"], ", ".join(tag.facts.get("tags", []))]))
    return "all samples" if tag.name == INITIAL_TAG else "filenames"


def download(dataset: Dataset, tag: Tag) -> None:
    selection = workflow.read_selection(dataset, tag)
    scope, format = st.columns(2)
    only_added = scope.radio(
        "Samples",
        ["Added by the selection", "All"] if selection else ["All"],
        captions=[f"{len(selection.added_rows):,} new", f"{tag.size:,} total"]
        if selection
        else [f"{tag.size:,} total"],
        help="What to label next, or the whole labeled set",
    )
    added_only = only_added != "All"
    with format:
        writer = choose_writer()
    download_button(dataset, tag, writer, added_only=added_only)
    st.divider()
    folder_export.folder_form(dataset, tag, added_only=added_only)


def choose_writer() -> Writer:
    name = st.selectbox(
        "Format",
        list(WRITERS),
        format_func=lambda key: f"{WRITERS[key].group} · {WRITERS[key].label}",
        help="Lists of filenames, tasks for a labelling tool with predictions as pre-annotations, or archives",
    )
    st.caption(WRITERS[name].description + ".")
    return WRITERS[name]


def download_button(dataset: Dataset, tag: Tag, writer: Writer, *, added_only: bool) -> None:
    depends = f"{dataset.images_dir} {dataset.last_modified_at()}"
    obstacle = obstacle_of(depends, tag.id, writer.name, added_only, dataset, tag)
    if obstacle:
        st.caption(f":material/info: {state.plain(obstacle)}.")
    name = f"{tag.name}{'-added' if added_only else ''}{writer.suffix}"
    st.download_button(
        f"Download {tag.name}{writer.suffix}",
        lambda: workflow.export_tag(dataset, tag, writer.name, added_only=added_only),
        file_name=name,
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        disabled=bool(obstacle),
        help=state.plain(obstacle) if obstacle else "Made when you click",
    )


@st.cache_data(ttl=20, max_entries=32, show_spinner=False)
def obstacle_of(depends: str, tag_id: str, format: str, added_only: bool, _dataset: Dataset, _tag: Tag) -> str | None:
    return export_obstacle(_dataset, _tag, format, added_only=added_only)


def change(dataset: Dataset, tag: Tag, tags: list[Tag]) -> None:
    children = [child.name for child in tags if child.prev_tag_id == tag.id]
    is_initial = tag.name == INITIAL_TAG
    name = st.text_input("New name", tag.name, key=f"rename-{tag.id}", disabled=is_initial, help=fixed(is_initial))
    with st.container(horizontal=True):
        if st.button(
            "Rename", disabled=is_initial or name == tag.name, help=fixed(is_initial) or "Change the name above"
        ):
            with state.errors_explained():
                dataset.rename_tag(tag, name)
                st.rerun()
        reason = fixed(is_initial) or (f"Delete its children first: {', '.join(children)}" if children else None)
        if st.button("Delete tag", icon=":material/delete:", disabled=bool(reason), help=reason or "The samples stay"):
            with state.errors_explained():
                dataset.delete_tag(tag)
                state.notify(f"Deleted the tag “{tag.name}”")
                st.rerun()


def mark(dataset: Dataset, tag: Tag) -> None:
    is_fixed = tag.original_role in (TagRole.ALL, TagRole.SELECTION)
    is_labeled = st.toggle(
        "Its samples are labeled",
        tag.counts_as_labeled,
        key=f"labeled-{tag.id}-{tag.role}",
        disabled=is_fixed,
        help=ROLE_IS_FIXED.get(tag.original_role)
        or "Select proposes the newest tag that is marked so, or the newest selection, as labeled already",
    )
    if is_labeled != tag.counts_as_labeled:
        with state.errors_explained():
            dataset.set_tag_role(tag, TagRole.LABELED if is_labeled else tag.original_role)
            st.rerun()


def fixed(is_initial: bool) -> str | None:
    return "initial-tag holds every sample and stays as it is" if is_initial else None


def combine(dataset: Dataset, tag: Tag, tags: list[Tag]) -> None:
    operation = st.segmented_control(
        "Operation", list(OPERATIONS), default="union", required=True, help="How the two sets of samples are combined"
    )
    other = st.selectbox(
        "With",
        [known for known in tags if known.id != tag.id],
        format_func=lambda known: known.name,
        help="The second tag",
    )
    st.caption(f"Samples {OPERATIONS[operation]}: “{tag.name}” and “{other.name if other else '–'}”.")
    name = st.text_input("Name of the result", help="The result is stored as a new tag")
    ready = bool(name and other)
    if st.button("Create tag", disabled=not ready, help=None if ready else "Choose a second tag and a name first"):
        with state.errors_explained():
            made = combine_tags(dataset, tag, other, operation, name)
            state.notify(f"Created “{made.name}” with {counted(made.size, 'sample')}")
            st.rerun()


st.title("Tags")
dataset = state.require_dataset()
tags = dataset.tags()
st.caption(f"{dataset.name} · {counted(len(tags), 'tag')}. A tag is a named set of samples; every selection makes one.")
table, detail = st.columns([1, 1], gap="large")
with table:
    tag = show_tree(tags)
with detail.container(border=True):
    st.subheader(tag.name)
    mark(dataset, tag)
    export_tab, algebra_tab, change_tab, list_tab, duplicates_tab = st.tabs(
        ["Download", "Combine", "Rename, delete", "From a list", "Duplicates"]
    )
    with export_tab:
        download(dataset, tag)
    with algebra_tab:
        combine(dataset, tag, tags)
    with change_tab:
        change(dataset, tag, tags)
    with list_tab:
        filename_tag_form(dataset)
    with duplicates_tab:
        duplicates_form(dataset)
