from al_core.formats.choices import BY_CONTENT, Missing


def test_nothing_is_chosen_by_default() -> None:
    assert (BY_CONTENT.format, BY_CONTENT.softmax, dict(BY_CONTENT.columns)) == (None, None, {})
    assert BY_CONTENT.missing is Missing.UNKNOWN
