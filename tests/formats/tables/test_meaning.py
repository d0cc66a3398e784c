from al_core.formats.tables.meaning import TITLES, Meaning


def test_every_meaning_has_a_title_of_its_own() -> None:
    assert list(TITLES) == list(Meaning)
    assert len(set(TITLES.values())) == len(TITLES)
