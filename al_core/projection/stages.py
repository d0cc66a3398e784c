from al_core.types import Progress

# Progress is reported in thousandths of the whole.
_WHOLE = 1_000


class Stages:
    """The progress of several steps as that of one whole, in thousandths.

    Examples:
        >>> stages = Stages(lambda done, total: print(done, "of", total), 40, 60)
        >>> stages.report(0)(1, 2)
        200 of 1000
        >>> stages.report(1)(1, 2)
        700 of 1000
    """

    def __init__(self, progress: Progress, *percentages: int) -> None:
        """Divide a whole into stages of the given percentages, which sum to 100."""
        self._progress = progress
        self._percentages = percentages

    def report(self, stage: int) -> Progress:
        """Return what the given stage, counted from 0, calls with (done, total)."""
        scale = _WHOLE // 100
        start = scale * sum(self._percentages[:stage])
        length = scale * self._percentages[stage]
        return lambda done, total: self._progress(start + length * done // total, _WHOLE)
