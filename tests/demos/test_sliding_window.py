import numpy as np

from al_core.demos import composed_scenes, sliding_window


def test_training_does_not_look_at_scenes_that_are_not_labeled() -> None:
    drawn = composed_scenes.draw()
    labeled = np.arange(3)
    hidden = drawn.pixels.copy()
    hidden[3:] = 0
    nothing = [np.zeros((0, 3), np.int64) for _ in drawn.digits[3:]]
    blind = composed_scenes.Scenes(drawn.pictures, hidden, drawn.ink, drawn.digits[:3] + nothing)
    before, after = (sliding_window.train(each, labeled) for each in (drawn, blind))
    assert all((before[name] == after[name]).all() for name in before)
