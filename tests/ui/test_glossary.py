from ui.glossary import TERMS, WORDS, words_html
from ui.pages import ICONS, ROOT


def test_every_page_explains_its_words() -> None:
    words = {term.word for term in TERMS}
    assert set(WORDS) == set(ICONS)
    for of_page in WORDS.values():
        assert of_page
        assert set(of_page) <= words


def test_every_word_is_there_once_and_says_where_more_is_written() -> None:
    assert len({term.key for term in TERMS}) == len(TERMS)
    for term in TERMS:
        assert (ROOT / term.more).is_file(), term
        assert term.meaning.endswith("."), term


def test_each_button_opens_the_meaning_of_its_word() -> None:
    html = words_html(("CORAL", "least confidence"))
    for key in ("word-coral", "word-least-confidence"):
        assert html.count(f'popovertarget="{key}"') == 1
        assert html.count(f'id="{key}"') == 1
