import numpy as np

from al_core.embedding_map import Ring, Rings


def test_a_map_without_rings_whose_points_all_have_a_place_needs_no_marks() -> None:
    assert Rings().marks(np.ones(3, bool)) is None
    assert Rings().marks(np.array([True, False])) == bytes([0, 8])


def test_rings_of_several_kinds_add_up() -> None:
    rings = Rings(ring=Ring("Labeled", np.array([0, 2])), highlight=Ring("Selected", np.array([2])))
    assert rings.marks(np.ones(3, bool)) == bytes([1, 0, 3])


def test_the_legend_counts_rings_and_points_outside_the_filter() -> None:
    legend = Rings(sent=Ring("Sent", np.array([1]), glows=True)).legend(np.array([True, False, False]))
    assert legend["sent"] == {"name": "Sent", "count": 1, "glows": True}
    assert (legend["ring"], legend["faded"]) == (None, 2)
