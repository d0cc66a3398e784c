from al_core.formats.files.remarks import remark, remarks_collected


def test_a_remark_goes_to_the_innermost_who_collects_and_to_nobody_else() -> None:
    remark("lost", "Nobody hears this")
    with remarks_collected() as outer:
        with remarks_collected() as inner:
            remark("a", "A")
        remark("b", "B")
    assert inner == {"a": "A"}
    assert outer == {"b": "B"}
