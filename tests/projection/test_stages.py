from al_core.projection.stages import Stages


def test_stages_follow_each_other_without_a_gap() -> None:
    calls: list[tuple[int, int]] = []
    stages = Stages(lambda done, total: calls.append((done, total)), 30, 60, 10)
    for stage in range(3):
        stages.report(stage)(0, 7)
        stages.report(stage)(7, 7)
    assert calls == [(0, 1000), (300, 1000), (300, 1000), (900, 1000), (900, 1000), (1000, 1000)]


def test_a_stage_can_be_divided_again() -> None:
    calls: list[int] = []
    whole = Stages(lambda done, total: calls.append(done), 30, 70)
    Stages(whole.report(1), 50, 50).report(0)(1, 1)
    assert calls == [650]
