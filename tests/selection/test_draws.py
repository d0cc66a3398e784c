import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.selection import draws
from al_core.selection.draws import draw_per_row
from tests.selection.philox import philox

# The authors' test suite (Random123, kat_vectors): philox4x64 with 10 rounds.
ALL_ONES = (1 << 256) - 1
PI_COUNTER = 0x082EFA98EC4E6C89_A4093822299F31D0_13198A2E03707344_243F6A8885A308D3
PI_KEY = 0xBE5466CF34E90C6C_452821E638D01377


def test_the_reference_gives_the_known_answers_of_its_authors() -> None:
    assert philox(0, 0) == (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)
    assert philox(ALL_ONES, (1 << 128) - 1) == (
        0x87B092C3013FE90B,
        0x438C3C67BE8D0224,
        0x9CC7D7C69CD777B6,
        0xA09CAEBF594F0BA0,
    )
    assert philox(PI_COUNTER, PI_KEY) == (
        0xA528F45403E61D95,
        0x38C72DBD566E9788,
        0xA5A1610E72FD18B5,
        0x57BD43B5E52B7FE6,
    )


@given(st.sets(st.integers(0, 10**6), max_size=20), st.integers(0, 2**130))
def test_a_draw_is_the_first_word_for_the_seed_as_key_and_the_row_as_counter(rows: set[int], seed: int) -> None:
    ordered = np.array(sorted(rows), np.int64)
    assert draw_per_row(ordered, seed).tolist() == [philox(row, seed % 2**128)[0] for row in sorted(rows)]


def test_parts_of_a_dataset_draw_what_the_whole_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(1000)
    whole = draw_per_row(rows, 3)
    np.testing.assert_array_equal(np.concatenate([draw_per_row(part, 3) for part in np.split(rows, 4)]), whole)
    monkeypatch.setattr(draws, "_BLOCK_ROWS", 64)
    np.testing.assert_array_equal(draw_per_row(rows, 3), whole)


def test_draws_are_spread_evenly() -> None:
    draws_of_rows = draw_per_row(np.arange(20_000), 0) / 2.0**64
    counts, _ = np.histogram(draws_of_rows, bins=10, range=(0, 1))
    # Five standard deviations of a bin's count.
    assert (np.abs(counts - 2_000) < 5 * np.sqrt(20_000 * 0.1 * 0.9)).all()
