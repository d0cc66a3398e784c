import re

from al_core.store.identity import new_id, now, sample_id


def test_ids_have_the_form_that_clients_expect_and_none_comes_twice() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[0-9a-f]{24}", made) for made in ids)


def test_the_id_of_a_sample_is_the_start_of_its_datasets_id_and_its_row() -> None:
    assert sample_id("0123456789abcdef01234567", 255) == "0123456789abcdef000000ff"


def test_time_is_in_milliseconds() -> None:
    in_2020, in_2100 = 1_577_836_800_000, 4_102_444_800_000
    assert in_2020 < now() < in_2100
