from al_core.evaluation.images import too_few_images


def test_the_refusal_says_how_many_images_are_needed() -> None:
    refusal = too_few_images(12)
    assert (refusal.reason, refusal.n, refusal.n_needed) == ("12 test images; 30 are needed", 12, 30)
