import pytest

from al_core.formats.embeddings.numbered import numbered_columns


@pytest.mark.parametrize(
    ("names", "positions"),
    [
        (["filename", "embedding_0", "embedding_1", "labels"], [1, 2]),
        (["feat_10", "feat_1", "feat_2", *(f"feat_{n}" for n in range(3, 10))], [1, 2, *range(3, 10), 0]),
        (["a", "f0", "f2"], []),
        (["a", "f5", "f6"], []),
        (["a", "b"], []),
    ],
)
def test_the_largest_group_without_a_gap_is_taken_in_the_order_of_its_numbers(
    names: list[str], positions: list[int]
) -> None:
    assert numbered_columns(names) == positions
