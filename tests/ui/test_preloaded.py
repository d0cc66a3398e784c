import re
from pathlib import Path

import pytest

from ui import preloaded
from ui.entrance import STREAMLIT_PAGE
from ui.pages import ICONS
from ui.preloaded import EVERYWHERE, OF_PAGE, SCRIPTS, files_of, preload_links, with_imports


def test_every_kind_of_element_has_one_script_in_this_version_of_streamlit() -> None:
    kinds = {*EVERYWHERE, *(kind for kinds in OF_PAGE.values() for kind in kinds)}
    assert {kind: len(files_of(kind)) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert set(OF_PAGE) == set(ICONS)


@pytest.mark.parametrize("page", ICONS)
def test_a_page_names_all_that_its_elements_need_and_nothing_large_that_they_do_not(page: str) -> None:
    names = re.findall(r'href="\./static/js/([^"]+)"', preload_links(page))
    assert {file for kind in (*EVERYWHERE, *OF_PAGE[page]) for file in files_of(kind)} <= set(names)
    assert len(names) == len(set(names))
    assert all((SCRIPTS / name).is_file() for name in names)
    assert set(with_imports(names)) == set(names)
    assert not any(name.startswith(("PlotlyChart", "StreamlitSyntaxHighlighter")) for name in names)


def test_the_imports_of_streamlits_own_first_script_are_found() -> None:
    """Streamlit names them in its page, so that they can be compared."""
    named = re.findall(r"static/js/([\w.-]+\.js)", STREAMLIT_PAGE.read_text(encoding="utf-8"))
    first, *imported = named
    assert set(with_imports([first])) == {first, *imported}


def test_a_version_of_streamlit_with_other_scripts_has_pages_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preloaded, "SCRIPTS", tmp_path / "moved")
    assert preload_links("explore") == ""
